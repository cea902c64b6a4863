// What all passes together hold of partials stays bounded: beyond
// CoreOptions::partial_bytes_max they go to the store, and leased tasks fold them
// (fold_tasks.h).
#pragma once

#include <vector>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Puts values of `nodes`, which are about to be committed to `pass`, into the store where
// as much as may be is held already. What combines at once with what is there
// stays: it makes nothing larger. So do small values: a node of the tree costs as much.
void Spill(Transaction& tx, const Pass& pass, std::vector<Node>* nodes);

}  // namespace mote::coordinator
