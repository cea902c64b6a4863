#include "client/jobfile/parameters.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/jobfile/yaml.h"

namespace mote::client {
namespace {

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

using Values = std::map<std::string, Node>;

std::vector<std::string> NamesOf(const Values& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return names;
}

std::string Declared(const Values& values) {
  return values.empty() ? "the file declares none under params:"
                        : absl::StrCat("params: declares ", absl::StrJoin(NamesOf(values), ", "));
}

bool IsName(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kNameCharacters) == std::string_view::npos &&
         (text[0] < '0' || text[0] > '9');
}

Values DeclaredValues(const Node& root, Problems* problems) {
  Values values;
  const Node::Entry* params = root.Find("params");
  if (params == nullptr || params->value.IsNull()) return values;
  if (!params->value.IsMap()) {
    problems->Add(params->value.place,
                  absl::StrCat("params wants a map of names to values, not ", params->value.Describe()));
    return values;
  }
  for (const Node::Entry& entry : params->value.entries) {
    if (IsName(entry.key)) {
      values[entry.key] = entry.value;
    } else {
      problems->Add(entry.place, absl::StrCat("'", entry.key, "' cannot name a parameter; use letters, digits and _"));
    }
  }
  return values;
}

void ApplySet(const std::string& set, Values* values, Problems* problems) {
  const size_t equals = set.find('=');
  if (equals == std::string::npos || equals == 0) {
    problems->Add({}, absl::StrCat("--set ", set, " is not of the form name=value"));
    return;
  }
  const std::string name = set.substr(0, equals);
  const auto found = values->find(name);
  if (found == values->end()) {
    problems->Add({}, absl::StrCat("--set ", set, ": there is no parameter '", name, "'",
                                   Suggestion(name, NamesOf(*values)), "; ", Declared(*values)));
    return;
  }
  Problems mistakes(absl::StrCat("--set ", name));
  const std::optional<Node> value = ParseYaml(set.substr(equals + 1), &mistakes);
  if (!value || !mistakes.empty()) {
    problems->Add({}, std::string(mistakes.ToStatus().message()));
    return;
  }
  found->second = *value;
}

void PlaceAt(Place place, Node* node) {
  node->place = place;
  for (Node& item : node->items) PlaceAt(place, &item);
  for (Node::Entry& entry : node->entries) {
    entry.place = place;
    PlaceAt(place, &entry.value);
  }
}

void Substitute(const Values& values, Node* node, Problems* problems) {
  for (Node& item : node->items) Substitute(values, &item, problems);
  for (Node::Entry& entry : node->entries) Substitute(values, &entry.value, problems);
  if (!node->IsText() || !node->text.starts_with("$")) return;
  if (node->text.starts_with("$$")) {
    node->text.erase(0, 1);
    return;
  }
  const std::string name = node->text.substr(1);
  const auto found = values.find(name);
  if (found == values.end()) {
    problems->Add(node->place, absl::StrCat("there is no parameter '", name, "'", Suggestion(name, NamesOf(values)),
                                            "; ", Declared(values), " (write $$ for a plain $)"));
    return;
  }
  const Place place = node->place;
  *node = found->second;
  PlaceAt(place, node);
}

}  // namespace

void SubstituteParameters(const std::vector<std::string>& sets, Node* root, Problems* problems) {
  Values values = DeclaredValues(*root, problems);
  for (const std::string& set : sets) ApplySet(set, &values, problems);
  for (Node::Entry& entry : root->entries) {
    if (entry.key != "params") Substitute(values, &entry.value, problems);
  }
}

}  // namespace mote::client
