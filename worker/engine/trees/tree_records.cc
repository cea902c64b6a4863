#include "worker/engine/trees/tree_records.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

absl::Status Broken(const char* why) { return absl::InvalidArgumentError(absl::StrCat("not trees: ", why)); }

// One tree at the start of `records`.
absl::StatusOr<TreeView> ReadTree(const TreeRecord* records, size_t left, int64_t features) {
  TreeView tree;
  const TreeRecord& header = records[0];
  tree.records = records;
  tree.count = header.next;
  tree.outputs = header.feature;
  tree.root = 1 + static_cast<uint32_t>(features);
  if (header.kind != RecordKind::kHeader || tree.outputs < 1) return Broken("a tree does not start with its header");
  if (tree.count > left || tree.count <= tree.root) return Broken("a tree is truncated");
  std::vector<bool> is_node(tree.count, false);
  for (uint32_t i = tree.root; i < tree.count;) {
    is_node[i] = true;
    const TreeRecord& node = records[i];
    if (node.kind == RecordKind::kSplit) {
      if (node.feature >= features) return Broken("a split names a feature that there is not");
      ++i;
    } else if (node.kind == RecordKind::kLeaf) {
      ++tree.leaves;
      i += 1 + PayloadRecords(tree.outputs);
      if (i > tree.count) return Broken("a leaf is truncated");
    } else {
      return Broken("a record of an unknown kind");
    }
  }
  for (uint32_t i = tree.root; i < tree.count; ++i) {
    if (!is_node[i] || records[i].kind != RecordKind::kSplit) continue;
    const uint32_t right = records[i].next;
    if (i + 1 >= tree.count || right <= i + 1 || right >= tree.count || !is_node[right]) {
      return Broken("a split leads nowhere");
    }
  }
  return tree;
}

}  // namespace

TreeWriter::TreeWriter(int64_t outputs, int64_t features) : outputs_(outputs), gains_(static_cast<size_t>(features)) {}

uint32_t TreeWriter::AddSplit(int64_t feature, uint8_t bin) {
  Add({RecordKind::kSplit, bin, static_cast<uint16_t>(feature), 0});
  return static_cast<uint32_t>(records_.size() - 1);
}

void TreeWriter::AddLeaf(const float* values) {
  TreeRecord leaf;
  std::memcpy(&leaf.next, values, sizeof(float));
  Add(leaf);
  ++leaves_;
  if (outputs_ == 1) return;
  const size_t first = records_.size();
  records_.resize(first + PayloadRecords(outputs_), TreeRecord{RecordKind::kSplit, 0, 0, 0});
  std::memcpy(reinterpret_cast<char*>(records_.data() + first), values, static_cast<size_t>(outputs_) * sizeof(float));
}

void TreeWriter::SetRight(uint32_t split) { records_[split].next = static_cast<uint32_t>(records_.size()); }

std::string TreeWriter::Take() {
  const auto before = static_cast<uint32_t>(1 + gains_.size());
  for (size_t i = 0; i < records_.size();) {
    if (records_[i].kind == RecordKind::kSplit) {
      records_[i].next += before;
      ++i;
    } else {
      i += 1 + PayloadRecords(outputs_);
    }
  }
  const TreeRecord header{RecordKind::kHeader, 0, static_cast<uint16_t>(outputs_),
                          before + static_cast<uint32_t>(records_.size())};
  std::string bytes;
  bytes.reserve((before + records_.size()) * sizeof(TreeRecord));
  bytes.append(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes.append(reinterpret_cast<const char*>(gains_.data()), gains_.size() * sizeof(double));
  bytes.append(reinterpret_cast<const char*>(records_.data()), records_.size() * sizeof(TreeRecord));
  return bytes;
}

absl::StatusOr<std::vector<TreeView>> ReadTrees(std::string_view bytes, int64_t features) {
  if (bytes.size() % sizeof(TreeRecord) != 0) return Broken("a record is truncated");
  const auto* records = reinterpret_cast<const TreeRecord*>(bytes.data());
  std::vector<TreeView> trees;
  for (size_t left = bytes.size() / sizeof(TreeRecord); left > 0;) {
    MOTE_ASSIGN_OR_RETURN(const TreeView tree, ReadTree(records, left, features));
    records += tree.count;
    left -= tree.count;
    trees.push_back(tree);
  }
  return trees;
}

}  // namespace mote::engine
