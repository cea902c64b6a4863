#include "client/jobfile/node.h"

#include "absl/strings/str_cat.h"
#include "client/jobfile/scalars.h"

namespace mote::client {

const Node::Entry* Node::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Node::Entry* Node::Find(std::string_view key) { return const_cast<Entry*>(static_cast<const Node*>(this)->Find(key)); }

std::string Node::Describe() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kText:
      return absl::StrCat("the text '", text, "'");
    case Kind::kInteger:
      return absl::StrCat("the integer ", text);
    case Kind::kNumber:
      return absl::StrCat("the number ", text);
    case Kind::kFlag:
      return text;
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return "something unknown";
}

Node MakeMap(Place place) {
  Node node;
  node.kind = Node::Kind::kMap;
  node.place = place;
  return node;
}

Node MakeText(Place place, std::string text) {
  Node node;
  node.kind = Node::Kind::kText;
  node.place = place;
  node.text = std::move(text);
  return node;
}

Node MakePlainScalar(Place place, std::string text) {
  Node node = MakeText(place, std::move(text));
  if (node.text.empty() || node.text == "~" || node.text == "null" || node.text == "Null" || node.text == "NULL") {
    node.kind = Node::Kind::kNull;
  } else if (FlagOf(node.text)) {
    node.kind = Node::Kind::kFlag;
  } else if (LooksLikeInteger(node.text)) {
    node.kind = Node::Kind::kInteger;
  } else if (NumberOf(node.text)) {
    node.kind = Node::Kind::kNumber;
  }
  return node;
}

Node ExpandBareWord(Node node) {
  if (node.IsText()) {
    Node map = MakeMap(node.place);
    map.entries.push_back({node.text, node.place, MakeMap(node.place)});
    return map;
  }
  if (node.IsMap() && node.entries.size() == 1 && node.entries[0].value.IsNull()) {
    node.entries[0].value = MakeMap(node.entries[0].value.place);
  }
  return node;
}

}  // namespace mote::client
