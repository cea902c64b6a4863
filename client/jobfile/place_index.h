// From a path in a job ("stages[1].train.optimizer.adamw.lr") to its place in the file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/jobfile/node.h"

namespace mote::client {

// Not thread-safe.
class PlaceIndex {
 public:
  // Paths as lists of segments; list items are numbers: {"stages", "1", "train"}.
  using Path = std::vector<std::string>;

  struct Found {
    Place key;           // of the field's name
    Place value;         // of what it is set to
    bool whole = false;  // false: only the beginning of the path is known
  };

  // The node at `path` and everything below it.
  void Add(const Path& path, Place key, const Node& node);
  // A second name for an item: stages[fit] is stages[1].
  void AddAlias(const std::string& list, const std::string& name, size_t index);
  // stages[1].operation.parameters.x is stages[1].<operation>.x.
  void SetOperation(size_t stage, const std::string& operation);

  // The longest known beginning of the path. An empty path is the file: line 0.
  Found Find(const Path& path) const;

  // "stages[fit].train.lr" → {"stages", "fit", "train", "lr"}
  static Path Split(std::string_view text);

 private:
  Path Canonical(Path path) const;

  struct Entry {
    Place key;
    Place value;
  };
  std::map<Path, Entry> places_;
  std::map<Path, std::string> aliases_;            // {"stages", "fit"} → "1"
  std::map<std::string, std::string> operations_;  // "1" → "train"
};

// Turns the lines "path: what is wrong" of the coordinator's INVALID_ARGUMENT into
// mistakes with a place; a line without a known path belongs to the whole file.
void AddRemoteProblems(std::string_view message, const PlaceIndex& places, Problems* problems);

}  // namespace mote::client
