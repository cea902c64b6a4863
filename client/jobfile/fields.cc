#include "client/jobfile/fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/jobfile/scalars.h"

namespace mote::client {

Fields::Fields(const Node& node, std::string what, Problems* problems)
    : node_(node), what_(std::move(what)), problems_(*problems) {
  if (!node.IsMap() && !node.IsNull()) {
    problems_.Add(node.place, absl::StrCat(what_, " wants a map of fields (name: value), not ", node.Describe()));
  }
}

const Node::Entry* Fields::Find(std::string_view name) {
  known_.emplace_back(name);
  return node_.Find(name);
}

const Node::Entry* Fields::Require(std::string_view name, std::string_view remedy) {
  const Node::Entry* entry = Find(name);
  if (entry != nullptr && !entry->value.IsNull()) return entry;
  if (node_.IsMap() || node_.IsNull()) {
    problems_.Add(entry != nullptr ? entry->place : node_.place,
                  absl::StrCat("field '", Str(name), "' is missing in ", what_, "; ", Str(remedy)));
  }
  return nullptr;
}

std::optional<std::string> Fields::Text(std::string_view name) {
  const Node::Entry* entry = Find(name);
  if (entry == nullptr || entry->value.IsNull()) return std::nullopt;
  return TextOf(entry->value, absl::StrCat("'", Str(name), "' in ", what_), &problems_);
}

std::optional<std::string> Fields::RequiredText(std::string_view name, std::string_view remedy) {
  const Node::Entry* entry = Require(name, remedy);
  if (entry == nullptr) return std::nullopt;
  return TextOf(entry->value, absl::StrCat("'", Str(name), "' in ", what_), &problems_);
}

std::optional<int64_t> Fields::Integer(std::string_view name, int64_t min, int64_t max) {
  const Node::Entry* entry = Find(name);
  if (entry == nullptr || entry->value.IsNull()) return std::nullopt;
  const std::optional<int64_t> value =
      entry->value.kind == Node::Kind::kInteger ? IntegerOf(entry->value.text) : std::nullopt;
  if (value && *value >= min && *value <= max) return value;
  problems_.Add(entry->value.place, absl::StrCat("'", Str(name), "' in ", what_, " wants an integer from ", min, " to ",
                                                 max, ", not ", entry->value.Describe()));
  return std::nullopt;
}

std::optional<double> Fields::Number(std::string_view name, std::string_view wants,
                                     const std::function<bool(double)>& is_valid) {
  const Node::Entry* entry = Find(name);
  if (entry == nullptr) return std::nullopt;
  const Node& node = entry->value;
  const bool is_number = node.kind == Node::Kind::kNumber || node.kind == Node::Kind::kInteger;
  const std::optional<double> value = is_number ? NumberOf(node.text) : std::nullopt;
  if (value && is_valid(*value)) return value;
  problems_.Add(node.IsNull() ? entry->place : node.place,
                absl::StrCat("'", Str(name), "' in ", what_, " wants ", Str(wants), ", not ", node.Describe()));
  return std::nullopt;
}

void Fields::NotSupportedYet(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const Node::Entry* entry = Find(name)) {
      problems_.Add(entry->place, absl::StrCat("'", name, "' in ", what_, " is not supported yet; remove it"));
    }
  }
}

std::vector<const Node::Entry*> Fields::Rest() const {
  std::vector<const Node::Entry*> rest;
  for (const Node::Entry& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) rest.push_back(&entry);
  }
  return rest;
}

void Fields::RefuseRest(const std::vector<std::string>& also_known) {
  std::vector<std::string> known = known_;
  known.insert(known.end(), also_known.begin(), also_known.end());
  for (const Node::Entry* entry : Rest()) {
    problems_.Add(entry->place,
                  absl::StrCat("unknown field '", entry->key, "' in ", what_, Suggestion(entry->key, known)));
  }
}

bool CheckName(const std::string& name, Place place, std::string_view what, Problems* problems) {
  const bool valid =
      !name.empty() && name.size() <= 100 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == std::string::npos &&
      name[0] != '-';
  if (!valid) {
    problems->Add(place, absl::StrCat("'", name, "' cannot name ", Str(what),
                                      "; use 1 to 100 letters, digits, dashes and underscores"));
  }
  return valid;
}

std::optional<std::string> TextOf(const Node& node, std::string_view what, Problems* problems) {
  if (node.IsText()) return node.text;
  const bool scalar = !node.IsMap() && !node.IsList() && !node.IsNull();
  problems->Add(node.place,
                absl::StrCat(Str(what), " wants text, not ", node.Describe(),
                             scalar ? absl::StrCat("; if that is meant, quote it: \"", node.text, "\"") : ""));
  return std::nullopt;
}

}  // namespace mote::client
