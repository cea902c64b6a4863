// The rows at which a table that is put in order is cut into splits, found exactly and
// without sorting the table: `split: {order: column}`.
//
// Each task sorts its own keys and tells every so many-th of them with how many keys it
// stands for. From all of these follow two keys that a cut lies between; the next pass
// looks only there, until each key stands for itself (selection by sampling: Munro and
// Paterson, Selection and sorting with limited storage, 1980). Keys are unique, so a cut
// parts equal values by the rows' order and every split has exactly its rows.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/prepare/order_key.h"
#include "common/schema.h"

namespace mote {

// Entries of all tasks together in one pass, roughly; 48 bytes each.
inline constexpr int64_t kOrderEntriesMax = 1 << 20;
// Keys that a task tells at least, where it has them: fewer would narrow nothing.
inline constexpr int64_t kOrderTaskEntriesMin = 16;

// The key of the last row before a cut, as far as it is known.
struct OrderCut {
  int64_t rank = -1;                 // rows before the cut; −1: as yet nobody has counted the rows
  OrderKey low = OrderKey::First();  // the key is behind this one
  OrderKey high = OrderKey::Last();  // and it is this one or one before it
  bool found = false;                // it is `high`
  bool operator==(const OrderCut&) const = default;
};

Json EncodeCuts(const std::vector<OrderCut>& cuts);
// InvalidArgument: not encoded cuts.
absl::StatusOr<std::vector<OrderCut>> DecodeCuts(const Json& json);

// One of the keys of a task between `low` and `high` of a cut.
struct OrderEntry {
  OrderKey key;
  int64_t weight = 0;  // keys of the task behind its entry before this one, up to this one
  int64_t next = 0;    // the weight of its entry after this one; 0: there is none
  bool operator==(const OrderEntry&) const = default;
};

// At most 1 + `entries_max` entries of a task's ascending keys. The first is at cut.low
// and stands for all keys up to there.
std::vector<OrderEntry> SketchKeys(const std::vector<OrderKey>& keys, const OrderCut& cut, int64_t entries_max);

// Narrows the cut by the entries of all tasks, in any order.
// InvalidArgument: there are not as many rows as the cut has before it.
absl::Status Narrow(std::vector<OrderEntry> entries, OrderCut* cut);

// Of the key: how many cuts it is behind. −1: behind all.
int SplitAt(const std::vector<OrderKey>& cuts, const OrderKey& key);

}  // namespace mote
