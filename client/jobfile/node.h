// A job file as a tree that remembers where everything stands.
//
// YAML and JSON files become the same tree. Maps keep the order of the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/jobfile/place.h"

namespace mote::client {

struct Node {
  enum class Kind { kNull, kText, kInteger, kNumber, kFlag, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  Place place;
  std::string text;            // scalars, as written (without quotes)
  std::vector<Node> items;     // kList
  std::vector<Entry> entries;  // kMap

  bool IsMap() const { return kind == Kind::kMap; }
  bool IsList() const { return kind == Kind::kList; }
  bool IsText() const { return kind == Kind::kText; }
  bool IsNull() const { return kind == Kind::kNull; }
  // nullptr: no map, or no such key.
  const Entry* Find(std::string_view key) const;
  Entry* Find(std::string_view key);
  // "a list", "the number 0.5", "the text 'abc'": for messages.
  std::string Describe() const;
};

struct Node::Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

Node MakeMap(Place place);
Node MakeText(Place place, std::string text);

// A plain (unquoted) scalar by YAML's core schema: null, true, 42, 0x2a, 1e-3; all
// else is text.
Node MakePlainScalar(Place place, std::string text);

// Where `x: {…}` is expected, a bare word `x` stands for `x: {}`, and so does an
// entry without a value: {x: null}.
Node ExpandBareWord(Node node);

}  // namespace mote::client
