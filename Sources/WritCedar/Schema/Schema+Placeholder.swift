extension Schema {
  var actionEntities: [Entity] { [] }
  func problem(with entity: Entity) -> String? { nil }
  func problem(with request: Request) -> String? { nil }
}
extension Schema {
  public init(parsing sources: [SourceInput]) throws(SyntaxError) { self.init() }
}
