#include "client/jobfile/sweep.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::client {
namespace {

void Add(Node* map, std::string key, Place place, Node value) {
  map->entries.push_back({std::move(key), place, std::move(value)});
}

// "dev.f1_macro" of a stage that reads clean.train: the table clean.dev and f1_macro.
// The table is empty where the measure has none.
struct Measure {
  std::string table;
  std::string metric;
};

Measure SplitMeasure(const std::string& by, const std::string& input) {
  const size_t dot = by.rfind('.');
  if (dot == std::string::npos) return {"", by};
  Measure measure{by.substr(0, dot), by.substr(dot + 1)};
  if (measure.table.find('.') == std::string::npos) {
    measure.table = absl::StrCat(input.substr(0, input.find('.')), ".", measure.table);
  }
  return measure;
}

// Moves `validate`, which refers to a table, out of the operation's parameters.
void HoistValidate(Node* with, Node* sweep) {
  const auto found = std::find_if(with->entries.begin(), with->entries.end(),
                                  [](const Node::Entry& entry) { return entry.key == "validate"; });
  if (found == with->entries.end()) return;
  sweep->entries.push_back(std::move(*found));
  with->entries.erase(found);
}

// The table that candidates validate on, beside them: the coordinator refuses a second one.
void CopyValidate(const Node& over, Node* sweep) {
  const Node::Entry* const candidates = over.Find("candidates");
  if (candidates == nullptr) return;
  for (const Node& candidate : candidates->value.items) {
    for (const Node::Entry& operation : candidate.entries) {
      const Node::Entry* const validate = operation.value.Find("validate");
      if (validate == nullptr || sweep->Find("validate") != nullptr) continue;
      sweep->entries.push_back(*validate);
    }
  }
}

}  // namespace

SweepFields SweepFields::Find(Fields& fields) {
  SweepFields sweep;
  for (const auto& [name, field] : {std::pair("over", &sweep.over), std::pair("select", &sweep.select)}) {
    const Node::Entry* entry = fields.Find(name);
    if (entry != nullptr && !entry->value.IsNull()) *field = entry;
  }
  return sweep;
}

Node SweepParameters(const SweepFields& sweep, const std::string& operation, Node parameters, const std::string& input,
                     const Fields& fields, Problems* problems) {
  const Place place = sweep.over != nullptr ? sweep.over->place : sweep.select->place;
  Node map = MakeMap(place);
  if (sweep.over == nullptr || sweep.select == nullptr) {
    problems->Add(place, absl::StrCat(fields.what(), " has `", sweep.over == nullptr ? "select" : "over",
                                      "` alone; a sweep needs both, as in over: {grid: {lr: [0.001, 0.01]}} and "
                                      "select: {by: dev.f1_macro}"));
    return map;
  }
  Node select = sweep.select->value;
  Node::Entry* by = select.Find("by");
  const bool has_measure = by != nullptr && by->value.IsText();
  const Measure measure = has_measure ? SplitMeasure(by->value.text, input) : Measure();
  const Place by_place = has_measure ? by->value.place : place;
  if (has_measure) by->value.text = measure.metric;
  HoistValidate(&parameters, &map);
  CopyValidate(sweep.over->value, &map);
  Add(&map, "of", place, MakeText(place, operation));
  Add(&map, "with", place, std::move(parameters));
  Add(&map, "over", sweep.over->place, sweep.over->value);
  Add(&map, "select", sweep.select->place, std::move(select));
  if (!measure.table.empty()) Add(&map, "measure", by_place, MakeText(by_place, measure.table));
  return map;
}

}  // namespace mote::client
