#include "coordinator/core/lose_nodes.h"

#include "common/status_macros.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/drop_work.h"

namespace mote::coordinator {
namespace {

// A pass that read what is lost is over without a result.
void ForgetReader(State& state, Job& job, Pass& pass, PassId reader, absl::Time now) {
  const auto found = job.passes.find(reader);
  if (found == job.passes.end()) return;
  ForgetLeases(state, job.id, found->second);
  StageRun& stage = job.stages[pass.stage];
  --stage.passes_total;
  stage.tasks_total -= found->second.spec->task_count;
  stage.tasks_committed -= found->second.blocks.settled();
  std::erase_if(pass.folding, [reader](const auto& folding) { return folding.second.pass == reader; });
  if (pass.finished_by == reader) pass.finished_by.reset();
  ReleaseInputs(state, found->second, now);
  job.passes.erase(found);
}

}  // namespace

absl::Status LoseNodes(State& state, Job& job, Pass& pass, const std::vector<Block>& blocks, const std::string& worker,
                       absl::Time now, BlobSink& blobs) {
  for (const PassId reader : ReadersOf(pass, blocks)) ForgetReader(state, job, pass, reader, now);
  const int64_t before = pass.blocks.settled();
  for (const Block& block : blocks) {
    if (const auto held = pass.held.find(block.begin()); held != pass.held.end()) {
      held->second.ForgetKeptAt(worker);
    } else {
      MOTE_RETURN_IF_ERROR(pass.Unfinish(block, blobs));
    }
  }
  StageRun& stage = job.stages[pass.stage];
  stage.tasks_committed -= before - pass.blocks.settled();
  stage.cost.tasks_lost += before - pass.blocks.settled();
  return absl::OkStatus();
}

absl::Status LoseKept(State& state, Job& job, absl::Time now, BlobSink& blobs) {
  std::vector<PassId> ids;
  for (const auto& [id, pass] : job.passes) ids.push_back(id);
  for (const PassId id : ids) {
    Pass* pass = state.FindPass(job.id, id);
    if (pass == nullptr || !pass->broken.ok()) continue;
    std::vector<Block> blocks;
    for (const auto& [begin, node] : pass->fold.by_task()) {
      if (!node.holder.empty()) blocks.push_back(node.block);
    }
    if (blocks.empty()) continue;
    ++pass->generation;
    MOTE_RETURN_IF_ERROR(LoseNodes(state, job, *pass, blocks, "", now, blobs));
  }
  return absl::OkStatus();
}

}  // namespace mote::coordinator
