#include "coordinator/core/apply_fold.h"

#include <utility>

#include "common/status_macros.h"
#include "common/subtree.h"
#include "coordinator/core/add_pass.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/event_subject.h"
#include "coordinator/core/lose_nodes.h"

namespace mote::coordinator {

absl::Status ApplyFold(State& state, const FinishPlanned& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, event.pass));
  pass->finished_by = event.finish.pass;
  AddPass(state, *job, pass->stage, event.finish, pass->is_volatile);
  Pass& finish = job->passes.at(event.finish.pass);
  finish.finishes = event.pass;
  finish.planned = event.time;
  UseInputs(state, finish);
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyFold(State& state, const FoldPlanned& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, event.pass));
  pass->folding[event.block.begin()] = {event.fold.pass, event.block};
  AddPass(state, *job, pass->stage, event.fold, pass->is_volatile);
  Pass& fold = job->passes.at(event.fold.pass);
  fold.folds = FoldedSubtree{event.pass, event.block};
  fold.planned = event.time;
  UseInputs(state, fold);
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyFold(State& state, const SubtreeFolded& event, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(Pass * fold, PassOf(state, event.job, event.fold));
  if (!fold->folds || !fold->fold.complete()) return UnknownInEvent("fold task of pass", event.fold.value);
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, fold->folds->pass));
  Node folded = fold->fold.nodes().front();  // its artifact's use goes over to the tree
  folded.block = pass->fold.Enclosing(fold->folds->block);
  for (const Node* node : pass->fold.Cover(folded.block, Subtree::kNodesMax)) {
    if (node->in_store()) Release(state, *node->artifact, event.time);
  }
  pass->folding.erase(fold->folds->block.begin());
  if (pass->broken.ok()) pass->broken = pass->fold.Replace(std::move(folded), *pass->reducer, blobs);
  ++job->stages[pass->stage].passes_complete;
  ReleaseInputs(state, *fold, event.time);
  job->passes.erase(event.fold);
  return absl::OkStatus();
}

absl::Status ApplyFold(State& state, const OutputLost& event, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, event.pass));
  pass->generation = event.generation;
  MOTE_RETURN_IF_ERROR(LoseNodes(state, *job, *pass, event.blocks, event.worker, event.time, blobs));
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

}  // namespace mote::coordinator
