// SPDX-License-Identifier: Apache-2.0

/// Words that people choose as passwords before all others, in small letters: what is guessed first.
///
/// Written down for Writ from what is commonly known of such passwords, not taken from a leak. They are words, not
/// whole passwords: ``PasswordParts`` finds them with digits, signs and other words around, and with digits for
/// letters.
enum CommonPasswords {
  static let words: [String] =
    (secrets + commands + keys + feelings + names + animals + games + teams + figures + things + seasons + languages)
    .flatMap { $0.split(separator: " ").map(String.init) }

  private static let secrets = [
    "password passwords passwort passw0rd pass passwd pwd passcode passphrase passkey mypassword yourpassword thepassword",
    "newpassword oldpassword nopassword temppassword secret secrets topsecret mysecret code codes pin login logon signin",
    "security secure safe safety private privat geheim key access accessed account konto user username benutzer guest gast",
    "admin administrator admins sysadmin root toor superuser super master masters owner manager service system server",
    "test tests tester testing testtest demo sample example default temp temporary trial backup support helpdesk office",
    "company firma business internet web website email mail online wifi wlan network router windows linux ubuntu apple",
    "microsoft google facebook twitter instagram youtube amazon netflix iphone android samsung nokia computer laptop",
    "oracle postgres mysql database cisco dell sony intel nvidia",
  ]
  private static let commands = [
    "letmein letmeinnow openup opensesame sesame open enter enternow welcome welcomeback willkommen bienvenue changeme",
    "change changeit changethis pleasechange forgot forgotten remember noaccess whatever nothing nothings something",
    "anything everything blank empty none unknown blahblah blabla asdf asdfasdf trustno1 trustme iforgot dontknow idontknow",
    "nevermind shutup goaway getout comeon letsgo start begin finish",
  ]
  private static let keys = [
    "qwerty qwertz azerty qwert qwertyui qwertyuiop qwertzuiop azertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm yxcvbnm qazwsx",
    "qazwsxedc 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 1qaz2wsx 1q2w3e 1q2w3e4r 1q2w3e4r5t q1w2e3r4 zaq12wsx zaq1 xsw2 qweasd qweasdzxc qwe asd zxc wasd poiuy",
    "abcdef abcd1234 abc123 a1b2c3 a1b2c3d4 123abc 123qwe qwe123 asd123 1234qwer qwer1234 aaa111",
  ]
  private static let feelings = [
    "iloveyou iloveme iloveu loveyou loveme lovely love loves lover lovers beloved forever together always myself",
    "babygirl babyboy baby babe honey sweet sweetie sweetheart sweety darling angel angels angelito princess princesa",
    "prince queen king kings kitty cutie beautiful pretty sexy sexsex hottie smile happy lucky friend friends bestfriend",
    "family mother father mommy daddy mama papa brother sister teamo tequiero amor amour miamor jetaime liebe schatz",
    "schatzi ichliebedich tiamo corazon freedom peace jesus jesuschrist christ god godisgood blessed faith hope grace",
    "heaven hello hallo bonjour hola ciao goodbye thanks please fuckyou fuckoff fuck shit bitch asshole bastard",
  ]
  private static let names = [
    "michael michelle jennifer jessica ashley amanda daniel david matthew andrew anthony joshua robert william richard",
    "thomas charlie charles christopher christian nicholas nicole justin jordan taylor hunter brandon samantha elizabeth",
    "victoria vanessa melissa stephanie rachel rebecca jasmine andrea maria marina martin martina alexander alexandra",
    "alexis george john johnny james jonathan joseph patrick peter steven stephen kevin brian eric jason ryan tyler dakota",
    "maggie molly sophie sophia emily emma hannah laura sarah sandra natasha natalie monica barbara claudia francesco",
    "antonio carlos jose juan pedro pablo diego luis miguel mohammed muhammad ahmed ali hassan fatima ivan sergey dmitry",
    "nikita olga tatiana svetlana hans klaus jurgen wolfgang sebastian stefan florian marcel pascal julien nicolas camille",
    "harley harry oliver jack thunder ginger buster bailey bandit rocky lucky max bella sammy oscar simba nala",
  ]
  private static let animals = [
    "monkey monkeys dragon dragons tiger tigers tigger lion lions eagle eagles falcon falcons bear bears panther panthers",
    "wolf wolves shark dolphin dolphins whale turtle rabbit bunny hamster puppy kitten pussy doggy dogs cats horse horses",
    "mustang butterfly ladybug spider snake scorpion cobra viper phoenix unicorn chicken duck fish bird birdie",
  ]
  private static let games = [
    "football soccer baseball basketball hockey tennis golf golfer golfing cricket rugby boxing skateboard snowboard",
    "fishing hunting racing driver pokemon pikachu minecraft fortnite roblox nintendo mario luigi zelda sonic xbox",
    "playstation gamer gaming player killer winner champion warrior soldier sniper hunter ranger ninja samurai pirate",
    "wizard knight legend hero heroes monster zombie vampire demon devil lucifer satan chess poker casino jackpot",
  ]
  private static let teams = [
    "liverpool arsenal chelsea manchester manutd barcelona realmadrid juventus bayern borussia dortmund schalke celtic",
    "rangers everton newcastle tottenham boca benfica ajax yankees dodgers lakers celtics bulls cowboys steelers packers",
    "raiders broncos patriots redskins redsox giants dallas chicago boston newyork london paris berlin madrid roma",
    "america canada england deutschland germany france espana italia brasil mexico india china japan russia australia",
  ]
  private static let figures = [
    "superman batman spiderman ironman hulk thor avengers starwars skywalker vader yoda jedi startrek matrix neo trinity",
    "gandalf frodo hobbit hogwarts potter harrypotter voldemort narnia merlin excalibur pokemon naruto goku sasuke",
    "mickey minnie donald snoopy garfield scooby simpson homer bart shrek barbie hellokitty elvis metallica nirvana slipknot",
    "eminem beatles madonna shakira rihanna beyonce onedirection bigbang",
  ]
  private static let things = [
    "sunshine sunflower sunset sunrise moon moonlight star stars starlight rainbow flower flowers rose roses lily daisy",
    "cherry apple banana orange lemon strawberry chocolate cookie cookies candy sugar honey pepper cheese butter coffee",
    "pizza burger cocacola pepsi whiskey vodka beer wine diamond diamonds crystal silver golden gold platinum money dollar",
    "million rich ferrari porsche mercedes bmw audi toyota honda yamaha suzuki kawasaki ducati chevy camaro corvette",
    "purple yellow orange blue green black white pink red silver guitar music musica dance dancer rock rockstar hiphop",
    "school college student teacher doctor nurse police fire water ocean beach river mountain forest storm lightning",
    "shadow midnight darkness dark ghost magic mystic secret fantasy dream dreams dreamer destiny infinity galaxy universe",
    "number numbers one two three four five six seven eight nine zero first blink182 maverick",
    "charlie1 jordan23 pussycat bigdick swordfish zombie123 computer1 internet1 hockey1 phoenix1",
  ]
  private static let seasons = [
    "spring summer autumn fall winter january february march april june july august september october november december",
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday birthday christmas holiday vacation",
    "fruehling sommer herbst januar februar maerz juni juli oktober dezember montag dienstag mittwoch donnerstag freitag",
    "samstag sonntag primavera verano otono invierno printemps automne hiver",
  ]
  private static let languages = [
    "contrasena contraseña clave claves secreto segura motdepasse secrete ouvre toi soleil loulou doudou chouchou",
    "marseille senha senhas parola parolachiave segreto wachtwoord geheimwoord losenord lösenord salasana haslo hasło",
    "polska parol пароль привет любовь йцукен пароли kennwort losung hallo123 sommer1 fussball fußball sonnenschein",
    "estrella mariposa chocolate cristina bonita gatito perrito futbol",
  ]
}
