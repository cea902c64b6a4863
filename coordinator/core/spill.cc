#include "coordinator/core/spill.h"

#include "common/store_bytes.h"

namespace mote::coordinator {
namespace {

bool CombinesAtOnce(const Pass& pass, const Node& node) {
  const Block sibling = node.block.Sibling();
  const auto found = pass.fold.by_task().find(sibling.begin());
  return found != pass.fold.by_task().end() && found->second.block == sibling && !found->second.artifact;
}

}  // namespace

void Spill(Transaction& tx, const Pass& pass, std::vector<Node>* nodes) {
  if (pass.folds || pass.finishes) return;  // one value, which is taken at once
  const CoreOptions& options = tx.state.options;
  int64_t held = *tx.state.partial_bytes;
  for (Node& node : *nodes) {
    if (!node.partial) continue;
    const auto bytes = static_cast<int64_t>(node.partial->size());
    if (held + bytes <= options.partial_bytes_max || bytes < options.spilled_bytes_min || CombinesAtOnce(pass, node)) {
      held += bytes;
      continue;
    }
    node.artifact = StoreArtifact(*std::move(node.partial), tx.blobs());
    node.partial.reset();
  }
}

}  // namespace mote::coordinator
