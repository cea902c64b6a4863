#include "coordinator/core/complete_pass.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/finished_output.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "common/subtree.h"
#include "coordinator/core/apart.h"
#include "coordinator/core/fold_tasks.h"
#include "coordinator/core/pass_ids.h"

namespace mote::coordinator {
namespace {

bool IsFolded(const Pass& pass) { return pass.spec->task_count == 0 || pass.fold.complete(); }

// nullptr: no task has a result, or the root is not here in one piece.
const std::string* RootOf(const Pass& pass) {
  if (pass.spec->task_count == 0 || !pass.fold.whole()) return nullptr;
  const NodeValue& root = pass.fold.root();
  return root ? &*root : nullptr;
}

// The root, or nodes below it, are too large to be here: they lie in a store.
bool IsByReference(const Pass& pass) { return pass.spec->task_count > 0 && !pass.fold.whole(); }

// The one-task pass that folds the last nodes to the root, and runs Finish over that
// or, if the pass does not want it, brings the root into the coordinator's store.
absl::Status PlanFinish(Transaction& tx, JobId job, const Pass& pass, const std::vector<const Node*>& nodes) {
  Subtree subtree = SubtreeOf(pass, nodes, tx.blobs());
  subtree.finish = pass.spec->finish;
  PlannedPass finish;
  finish.pass = NextPassId(tx.state);
  finish.spec.kernel = "finish";
  MOTE_RETURN_IF_ERROR(WriteSubtree(subtree, &finish.spec));
  finish.spec.task_count = 1;
  finish.spec.reducer = "single";
  finish.spec.label = absl::StrCat("finish of ", pass.spec->reducer);
  tx.EmitOf(pass, FinishPlanned{job, pass.id, std::move(finish), tx.now});
  return absl::OkStatus();
}

// The counts that every result carries.
CompletedPass ResultOf(const Pass& pass) {
  CompletedPass result;
  result.task_count = pass.spec->task_count;
  result.absent_count = pass.absent_count;
  result.absent_all = !IsByReference(pass) && RootOf(pass) == nullptr;
  return result;
}

absl::Status CompleteFinished(Transaction& tx, JobId job, const Pass& finish) {
  const std::string* root = RootOf(finish);
  if (root == nullptr) return absl::InternalError("the task that finishes the pass has no result");
  MOTE_ASSIGN_OR_RETURN(const Output document, finish.reducer->Finish(root, tx.blobs(), nullptr));
  const Pass& original = *tx.state.FindPass(job, *finish.finishes);
  CompletedPass result = ResultOf(original);
  MOTE_ASSIGN_OR_RETURN(Output output, DecodeFinished(document.content.bytes));
  if (original.spec->finish) {
    result.output = std::move(output);
  } else {
    result.root = std::move(output.content);
  }
  CompletedPass own = ResultOf(finish);
  tx.EmitOf(finish, PassCompleted{job, finish.id, std::move(own)});
  tx.EmitOf(original, PassCompleted{job, original.id, std::move(result)});
  return absl::OkStatus();
}

}  // namespace

absl::Status CompletePass(Transaction& tx, JobId job, PassId id) {
  const Pass& pass = *tx.state.FindPass(job, id);
  if (pass.result) return absl::OkStatus();
  MOTE_RETURN_IF_ERROR(pass.broken);
  if (!IsFolded(pass) || pass.finished_by) return absl::OkStatus();
  if (pass.finishes) return CompleteFinished(tx, job, pass);
  if (pass.folds) {
    MOTE_ASSIGN_OR_RETURN(const PassId folded, CompleteFold(tx, job, pass));
    return CompletePass(tx, job, folded);
  }
  const std::vector<const Node*> nodes = pass.fold.Cover({RootLevel(pass.spec->task_count), 0}, kFoldNodesMax);
  if (IsByReference(pass)) {
    if (nodes.empty()) return PlanLastFolds(tx, job, pass);
    if (!pass.folding.empty()) return absl::OkStatus();  // a partial is being folded, or moved
    if (!StaysApart(tx.state, *tx.state.FindJob(job), pass, nodes, tx.now)) return PlanFinish(tx, job, pass, nodes);
    CompletedPass result = ResultOf(pass);
    for (const Node* node : nodes) result.apart.push_back(*node);
    tx.EmitOf(pass, PassCompleted{job, id, std::move(result)});
    return absl::OkStatus();
  }
  const std::string* root = RootOf(pass);
  CompletedPass result = ResultOf(pass);
  if (!pass.spec->finish) {
    if (root != nullptr) result.root = StoreBytes(*root, tx.blobs());
  } else if (root != nullptr && pass.reducer->FinishReadsBlobs(*root)) {
    return PlanFinish(tx, job, pass, nodes);
  } else {
    MOTE_ASSIGN_OR_RETURN(result.output, pass.reducer->Finish(root, tx.blobs(), nullptr));
  }
  tx.EmitOf(pass, PassCompleted{job, id, std::move(result)});
  return absl::OkStatus();
}

}  // namespace mote::coordinator
