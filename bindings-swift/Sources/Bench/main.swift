// Times a preview of the fixture plan and a batch, beside a call that does nothing: `make bench-phone`.

import Foundation
import Guerdon

setvbuf(stdout, nil, _IOLBF, 0)
let fixtures = URL(fileURLWithPath: CommandLine.arguments[1])

func text(_ name: String) throws -> String {
    try String(contentsOf: fixtures.appendingPathComponent(name), encoding: .utf8)
}

/// The median and the best of many rounds, in microseconds a call. A round takes a millisecond or less where it can,
/// so that a busy machine leaves most of them alone.
func time(_ name: String, calls: Int = 50, rows: Int = 1, rounds number: Int = 1_000, _ call: () throws -> Void) throws {
    for _ in 0 ..< calls { try call() }
    var rounds: [Double] = []
    for _ in 0 ..< number {
        let start = DispatchTime.now().uptimeNanoseconds
        for _ in 0 ..< calls { try call() }
        rounds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / Double(calls * rows) / 1_000)
    }
    rounds.sort()
    print("swift\t\(name)\t\(String(format: "%.3f", rounds[rounds.count / 2]))\t\(String(format: "%.3f", rounds[0]))")
}

let plan = try Plan(document: text("plan.json"))
let state = plan.newState()
let order = try Event(json: text("event.json"))
let orders = (0 ..< 1_000).map { number -> Event in
    var one = order
    one.id = "order-\(number)"
    return one
}
let columns: [String: Column] = [
    "at": .instants(values: orders.map(\.at)),
    "partner": .words(values: orders.map(\.partner)),
    "amount_minor": .integers(values: orders.map { _ in 12_990 }),
    "item.category": .words(values: orders.map(\.category)),
    "customer.country": .words(values: orders.map(\.country)),
    "customer.new": .booleans(values: orders.map(\.newCustomer)),
]

try time("nothing") { noOperation() }
try time("preview, whole outcome") { _ = try plan.preview(event: order, state: state) }
let changing = plan.newState()
try time("evaluate, whole outcome") { _ = try plan.evaluate(event: order, state: changing) }
try time("preview of 1,000 events, a row", calls: 1, rows: 1_000, rounds: 60) { _ = try plan.preview(events: orders, state: state) }
try time("run of 1,000 rows, a row", calls: 1, rows: 1_000, rounds: 300) { _ = try plan.run(columns, state: state.copy()) }
