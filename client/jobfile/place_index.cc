#include "client/jobfile/place_index.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mote::client {

void PlaceIndex::Add(const Path& path, Place key, const Node& node) {
  places_[path] = {key, node.place};
  Path below = path;
  below.emplace_back();
  for (size_t i = 0; i < node.items.size(); ++i) {
    below.back() = absl::StrCat(i);
    Add(below, node.items[i].place, node.items[i]);
  }
  for (const Node::Entry& entry : node.entries) {
    below.back() = entry.key;
    Add(below, entry.place, entry.value);
  }
}

void PlaceIndex::AddAlias(const std::string& list, const std::string& name, size_t index) {
  aliases_.try_emplace({list, name}, absl::StrCat(index));
}

void PlaceIndex::SetOperation(size_t stage, const std::string& operation) {
  operations_[absl::StrCat(stage)] = operation;
}

PlaceIndex::Path PlaceIndex::Canonical(Path path) const {
  if (path.size() < 2) return path;
  const auto alias = aliases_.find({path[0], path[1]});
  if (alias != aliases_.end()) path[1] = alias->second;
  const auto operation = operations_.find(path[1]);
  if (path[0] != "stages" || operation == operations_.end() || path.size() < 3) return path;
  if (path[2] == "operation" || path[2] == "parameters") {
    if (path[2] == "operation" && path.size() > 3 && path[3] == "parameters") path.erase(path.begin() + 3);
    path[2] = operation->second;
  }
  return path;
}

PlaceIndex::Found PlaceIndex::Find(const Path& path) const {
  Path known = Canonical(path);
  bool whole = true;
  while (!known.empty()) {
    const auto found = places_.find(known);
    if (found != places_.end()) return {found->second.key, found->second.value, whole};
    known.pop_back();
    whole = false;
  }
  return {};
}

PlaceIndex::Path PlaceIndex::Split(std::string_view text) {
  Path path;
  std::string segment;
  const auto finish = [&] {
    if (!segment.empty()) path.push_back(std::move(segment));
    segment.clear();
  };
  for (const char c : text) {
    if (c == '.' || c == '[' || c == ']') {
      finish();
    } else if (c != '"' && c != '\'') {
      segment += c;
    }
  }
  finish();
  return path;
}

void AddRemoteProblems(std::string_view message, const PlaceIndex& places, Problems* problems) {
  for (const absl::string_view piece : absl::StrSplit(absl::string_view(message.data(), message.size()), '\n')) {
    const std::string line(absl::StripAsciiWhitespace(piece));
    if (line.empty()) continue;
    const size_t colon = line.find(": ");
    const bool has_path = colon != std::string::npos && line.find(' ') > colon;
    const PlaceIndex::Path path = has_path ? PlaceIndex::Split(line.substr(0, colon)) : PlaceIndex::Path();
    const PlaceIndex::Found found = places.Find(path);
    if (found.key.line == 0) {
      problems->Add({}, line);
      continue;
    }
    // Names are wrong where they stand, values where they stand.
    const bool about_name = line.find("nknown") != std::string::npos;
    const std::string what = line.substr(colon + 2);
    // The place says which stage; the rest of the path says which field, unless the message does.
    const bool named = found.whole && what.find(path.back()) != std::string::npos;
    const PlaceIndex::Path field(path.begin() + std::min<ptrdiff_t>(2, std::ssize(path) - 1), path.end());
    problems->Add(about_name || found.value.line == 0 ? found.key : found.value,
                  named ? what : absl::StrCat(absl::StrJoin(field, "."), ": ", what));
  }
}

}  // namespace mote::client
