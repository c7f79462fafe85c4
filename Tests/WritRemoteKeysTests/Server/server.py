# SPDX-License-Identifier: Apache-2.0
"""Servers on loopback that behave as no server of keys should, one way a path.

Usage: server.py CERTIFICATE KEY. Prints the ports of the one with TLS and the one without, and ends with its standard input.
"""

import gzip
import json
import socketserver
import ssl
import sys
import threading
import time

KEYS = b'{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'
JSON = b"Content-Type: application/json\r\n"
hits = {}


def answer(body, head=JSON, status=b"200 OK", length=True):
    size = b"Content-Length: %d\r\n" % len(body) if length else b""
    return b"HTTP/1.1 " + status + b"\r\n" + head + size + b"Connection: close\r\n\r\n" + body


def drip(wfile, text, pause=0.02):
    for position in range(len(text)):
        wfile.write(text[position : position + 1])
        wfile.flush()
        time.sleep(pause)


def padded(count):
    return KEYS + b" " * (count - len(KEYS))


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            self.respond()
        except OSError:
            pass  # the client has gone, as it should

    def respond(self):
        request = self.rfile.readline(65536).split()
        if len(request) < 2:
            return
        path = request[1].decode()
        headers = {}
        while (line := self.rfile.readline(65536)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        hits[path] = hits.get(path, 0) + 1
        port = self.server.server_address[1]
        write = self.wfile.write
        match path:
            case "/keys":
                write(answer(KEYS))
            case "/jwk-set":
                write(answer(KEYS, b"content-type: Application/JWK-Set+JSON; charset=utf-8\r\n"))
            case "/chunked":
                write(b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n")
                for byte in KEYS:
                    write(b"1\r\n%c\r\n" % byte)
                write(b"0\r\n\r\n")
            case "/request":
                write(answer(json.dumps(headers).encode()))
            case "/hits":
                write(answer(json.dumps(hits).encode()))
            case "/redirect":
                write(answer(KEYS, JSON + b"Location: https://127.0.0.1:%d/target\r\n" % port, b"302 Found"))
            case "/redirect-http":
                write(answer(KEYS, JSON + b"Location: http://127.0.0.1:%d/target\r\n" % port, b"301 Moved"))
            case "/redirect-file":
                write(answer(b"", JSON + b"Location: file:///etc/passwd\r\n", b"307 Temporary"))
            case "/refresh":
                write(answer(b"", JSON + b"Refresh: 0; url=https://127.0.0.1:%d/target\r\n" % port, b"204 No Content"))
            case "/204":
                write(answer(b"", status=b"204 No Content"))
            case "/206":
                write(answer(KEYS, status=b"206 Partial Content"))
            case "/304":
                write(answer(b"", status=b"304 Not Modified"))
            case "/401":
                write(answer(KEYS, JSON + b"WWW-Authenticate: Basic realm=x\r\n", b"401 Unauthorized"))
            case "/500":
                write(answer(KEYS, status=b"500 Internal Server Error"))
            case "/html":
                write(answer(b"<!doctype html>", b"Content-Type: text/html\r\n"))
            case "/text":
                write(answer(KEYS, b"Content-Type: text/plain\r\n"))
            case "/jsonp":
                write(answer(KEYS, b"Content-Type: application/json-seq\r\n"))
            case "/untyped":
                write(answer(KEYS, b""))
            case "/gzip":
                write(answer(gzip.compress(KEYS + b" " * 50_000_000), JSON + b"Content-Encoding: gzip\r\n"))
            case "/gzip-transfer":
                bomb = gzip.compress(KEYS + b" " * 50_000_000)
                write(answer(bomb, JSON + b"Transfer-Encoding: gzip\r\n", length=False))
            case "/cap":
                write(answer(padded(524_288)))
            case "/cap-and-one":
                write(answer(padded(524_289)))
            case "/cap-and-one-unsized":
                write(answer(padded(524_289), length=False))
            case "/10-megabytes":
                write(answer(padded(10_000_000)))
            case "/lying":
                write(b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 99999999999999999999\r\n\r\n" + KEYS)
            case "/short":
                write(b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 1000\r\n\r\n" + KEYS)
            case "/endless":
                write(answer(KEYS, length=False))
                while True:
                    write(b" " * 65536)
            case "/endless-404":
                write(answer(b"", status=b"404 Not Found", length=False))
                while True:
                    write(b" " * 65536)
            case "/endless-header":
                write(b"HTTP/1.1 200 OK\r\n" + JSON)
                while True:
                    write(b"X: " + b"x" * 8000 + b"\r\n")
            case "/endless-continue":
                while True:
                    write(b"HTTP/1.1 100 Continue\r\n\r\n")
            case "/slow-header":
                drip(self.wfile, answer(KEYS) * 1000)
            case "/slow-body":
                write(answer(b"", length=False))
                drip(self.wfile, KEYS * 1000)
            case "/hang":
                time.sleep(30)
            case "/09":
                write(KEYS)
            case _ if path.startswith("/cache/"):
                value = path.removeprefix("/cache/").replace("_", " ").encode()
                write(answer(KEYS, JSON + b"cache-CONTROL:" + value + b"\r\n"))
            case _:
                write(answer(b"", status=b"404 Not Found"))


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = context

    def finish_request(self, request, client_address):
        # In the thread of the connection, so that nobody waits for another's handshake.
        if self.context:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
servers = [Server(context), Server()]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
print(*(server.server_address[1] for server in servers), flush=True)
sys.stdin.read()
