// What the kernels "fold" and "finish" do.
#pragma once

#include "common/subtree.h"
#include "worker/session/messages.h"

namespace mote::sim {

bool IsSubtreeTask(const PassSpec& spec);

// Its nodes, or the fault that names an input which `read` did not find.
worker::Report RunSubtreeTask(const PassSpec& spec, const ValueReader& read, BlobSink& blobs);

}  // namespace mote::sim
