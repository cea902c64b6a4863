// A tree as a run of 8-byte records, depth first: what models are made of and what
// the reducer `concat` strings together.
//
//   header  kind 2, outputs, features; u32 records in all. Then the gain of each
//           feature, f64 (one record each)
//   split   kind 0, feature u16, bin u8; u32 record of the right child, counted from
//           the header. Rows with bin ≤ `bin` go to the left child, the next record
//   leaf    kind 1; f32 value. With more than one output the values follow, two a
//           record
//
// The first node follows the gains. Children come after their parent, so a walk ends.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mote::engine {

enum class RecordKind : uint8_t { kSplit = 0, kLeaf = 1, kHeader = 2 };

struct TreeRecord {
  RecordKind kind = RecordKind::kLeaf;
  uint8_t bin = 0;
  uint16_t feature = 0;  // of a header: outputs of a leaf
  uint32_t next = 0;     // right child; of a header: records; of a leaf: the value's bits

  float value() const {
    float number;
    std::memcpy(&number, &next, sizeof(number));
    return number;
  }
};
static_assert(sizeof(TreeRecord) == 8);

// Records with a leaf's values, after its own.
inline uint32_t PayloadRecords(int64_t outputs) { return outputs == 1 ? 0 : static_cast<uint32_t>((outputs + 1) / 2); }

// Writes one tree. Not thread-safe.
class TreeWriter {
 public:
  TreeWriter(int64_t outputs, int64_t features);

  // The record's number, to tell it its right child later.
  uint32_t AddSplit(int64_t feature, uint8_t bin);
  void AddLeaf(const float* values);
  void SetRight(uint32_t split);  // the next record that is added
  void AddGain(int64_t feature, double gain) { gains_[static_cast<size_t>(feature)] += gain; }
  int64_t leaves() const { return leaves_; }
  // The records' bytes; the writer is spent.
  std::string Take();

 private:
  void Add(TreeRecord record) { records_.push_back(record); }

  const int64_t outputs_;
  std::vector<double> gains_;
  std::vector<TreeRecord> records_;
  int64_t leaves_ = 0;
};

// A tree in memory; points into the bytes it was read from.
struct TreeView {
  const TreeRecord* records = nullptr;  // the header
  uint32_t count = 0;
  uint32_t root = 0;
  int64_t outputs = 0;
  int64_t leaves = 0;

  double gain(int64_t feature) const {
    double number;
    std::memcpy(&number, records + 1 + feature, sizeof(number));
    return number;
  }
  // The leaf that a row with these bins comes to: its values, `outputs` of them.
  const TreeRecord& Leaf(const uint8_t* bins) const {
    const TreeRecord* node = records + root;
    while (node->kind == RecordKind::kSplit) node = bins[node->feature] <= node->bin ? node + 1 : records + node->next;
    return *node;
  }
};

// Values of a leaf: `outputs` of them.
inline void CopyLeaf(const TreeRecord& leaf, int64_t outputs, float* values) {
  if (outputs == 1) {
    *values = leaf.value();
  } else {
    std::memcpy(values, &leaf + 1, static_cast<size_t>(outputs) * sizeof(float));
  }
}

// All trees of `bytes` (8-aligned), fully checked: no walk leaves them.
//
// InvalidArgument: not trees over `features` features.
absl::StatusOr<std::vector<TreeView>> ReadTrees(std::string_view bytes, int64_t features);

}  // namespace mote::engine
