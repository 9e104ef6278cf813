import Postgres

extension RecordReader {
  /// Whether a record belongs to the entry, by its types. The first entry reports records that belong to none.
  ///
  /// - Parameter value: the value of a field; nil if the record lacks it.
  func isOfEntry(_ place: FixturePlace, _ value: (String) -> KeyInspection.Value?) -> Bool {
    var faulty: [FixtureFault] = []
    for filter in load.definition.filters {
      let types = filter.types.map { "'\($0)'" }.joined(separator: ", ")
      let found = value(filter.field)
      if case .text(let type)? = found {
        if type == filter.type { continue }
        guard filter.isFirst, !filter.types.contains(type) else { return false }
        faulty.append(
          place.fault(field: filter.field, found: LiteralRule.shown(type.utf8), expected: "one of \(types)"))
        continue
      }
      guard filter.isFirst else { return false }
      let isReferring = filter.referenceFields.contains { field in
        if case .text? = value(field) { true } else { false }
      }
      // The base record of an overlay may have a type.
      if isReferring || isOverlay && found == nil {
        faulty.append(place.fault(field: filter.field, found: "nothing", expected: "one of \(types)"))
      }
    }
    for fault in faulty { faults.add(fault) }
    return faulty.isEmpty
  }
}
