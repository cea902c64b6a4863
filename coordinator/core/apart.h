// Partials that stay apart: of a pass whose answer may be its last few nodes, left where
// they were made, instead of a root that a leased task brings into the store
// (PassSpec::may_stay_apart). A step of training is one lease after another; without the
// root it is one lease less, and a gradient goes from worker to worker, once.
//
// What is apart lies at workers alone, so a step that refers to it is never journalled, and
// when one of these workers is lost its stage goes back to its last journalled step
// (go_back.h). So that this is never far, passes have roots again while a checkpoint is due.
#pragma once

#include <set>
#include <vector>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// Every user fetches every node: with more of them a root costs less.
inline constexpr size_t kApartNodesMax = 4;

// Whether these nodes, which fold to the root of a finished pass, are its answer.
bool StaysApart(const State& state, const Job& job, const Pass& pass, const std::vector<const Node*>& nodes,
                absl::Time now);

// Passes that workers keep partials of for this stage, although they may be over.
std::set<PassId> PassesApart(const StageRun& stage);

// A completed pass leaves these nodes. Part of applying events: see apply.cc.
void AddApart(StageRun& stage, PassId pass, const std::vector<Node>& nodes);
// Forgets all but those that the next step refers to.
void KeepApart(StageRun& stage, const std::vector<ArtifactRef>& needed);

}  // namespace mote::coordinator
