#include "coordinator/core/second_chance.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "common/planted.h"
#include "common/status_macros.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/drop_work.h"
#include "coordinator/core/retry_job.h"

namespace mote::coordinator {
namespace {

// Around this many absent tasks, and this many bytes of nodes, a pass keeps apart what
// it would otherwise have folded.
constexpr size_t kHeldAbsentMax = 64;
constexpr int64_t kHeldBytesMax = 4 << 20;
// Of one stage.
constexpr size_t kKeptPassesMax = 64;
constexpr int64_t kKeptBytesMax = 1 << 20;

bool MayHaveAbsentTasks(const Job& job, const Pass& pass) {
  return job.admitted.stages[pass.stage].spec.on_bad_task == TaskPolicy::kQuarantine && !pass.is_volatile &&
         !pass.finishes && !pass.folds;
}

// What a pass computes: equal digests, equal nodes.
Digest DigestOfPass(const PassSpec& spec) {
  std::string bytes;
  ByteWriter writer(&bytes);
  for (const std::string& text : {spec.kernel, spec.parameters, spec.reducer, spec.reducer_parameters}) {
    writer.PutString(text);
  }
  writer.Put(spec.task_count);
  for (const auto& [name, value] : spec.inputs) {
    writer.PutString(name);
    writer.Put(static_cast<uint8_t>(value.artifact.has_value()));
    writer.PutString(value.artifact ? value.artifact->ToString() : value.bytes);
  }
  return Sha256(bytes);
}

bool HasAbsentTasks(const Pass& pass, Block block) {
  const auto first = pass.absent.lower_bound(block.begin());
  return first != pass.absent.end() && *first < block.end(pass.spec->task_count);
}

int64_t BytesOf(const std::vector<Node>& nodes) {
  int64_t bytes = 0;
  for (const Node& node : nodes) bytes += node.partial ? static_cast<int64_t>(node.partial->size()) : 0;
  return bytes;
}

absl::Status TellFold(Pass& pass, BlobSink& blobs) {
  for (const int64_t task : std::exchange(pass.held_absent, {})) {
    MOTE_RETURN_IF_ERROR(pass.fold.Insert({{0, task}, MOTE_PLANTED_ZERO(*pass.reducer)}, *pass.reducer, blobs));
  }
  return absl::OkStatus();
}

// A stage as it was before its first step. Its cost stays: it was paid.
void BeginAgain(State& state, Job& job, int index, absl::Time now) {
  StageRun& stage = job.stages[index];
  DropPassesOf(state, job, index, now);
  ReplaceArtifacts(state, stage.artifacts, {}, now);
  ReplaceArtifacts(state, stage.durable_artifacts, {}, now);
  for (const ArtifactRef& artifact : ArtifactsOf(stage.outputs)) Leave(state, artifact);
  state.reuse.Forget({job.id, index});
  StageRun fresh;
  fresh.numeric_class = stage.numeric_class;
  fresh.site_classes = std::move(stage.site_classes);
  fresh.cost = stage.cost;
  fresh.kernel_duration = std::move(stage.kernel_duration);
  fresh.calibration = stage.calibration;  // the plan stays, and with it what is kept
  fresh.kept = std::move(stage.kept);
  fresh.kept_bytes = stage.kept_bytes;
  job.absent_count -= stage.absent_count;
  std::erase_if(job.absent, [&](const AbsentView& absent) { return absent.stage == job.stage_name(index); });
  stage = std::move(fresh);
}

}  // namespace

absl::Status HoldAbsent(const Job& job, Pass& pass, int64_t task, BlobSink& blobs) {
  pass.held_absent.push_back(task);
  if (pass.held_absent.size() > kHeldAbsentMax || pass.fold.partial_bytes() > kHeldBytesMax) pass.keeps_nodes = false;
  if (MayHaveAbsentTasks(job, pass) && pass.keeps_nodes) return FoldHeldAbsent(job, pass, blobs);
  return TellFold(pass, blobs);
}

absl::Status FoldHeldAbsent(const Job& job, Pass& pass, BlobSink& blobs) {
  if (pass.blocks.settled() < pass.spec->task_count) return absl::OkStatus();
  if (MayHaveAbsentTasks(job, pass) && pass.keeps_nodes) pass.finished_nodes = pass.fold.nodes();
  return TellFold(pass, blobs);
}

void KeepNodes(const Job& job, const Pass& pass, StageRun& run) {
  if (!MayHaveAbsentTasks(job, pass) || !pass.keeps_nodes || !pass.broken.ok()) return;
  if (MOTE_PLANTED(kKeptNodesForgotten)) return;
  const bool settled = pass.blocks.settled() == pass.spec->task_count;
  std::vector<Node> nodes = settled ? pass.finished_nodes : pass.fold.nodes();
  // Once told of absent tasks, the fold counts them as done, also after outputs were lost.
  std::erase_if(nodes, [&](const Node& node) { return HasAbsentTasks(pass, node.block); });
  // Partials in the store go with their pass: such a pass runs whole.
  const bool inline_only = std::none_of(nodes.begin(), nodes.end(), [](const Node& n) { return n.artifact; });
  const int64_t bytes = BytesOf(nodes);
  if (nodes.empty() || !inline_only || run.kept.size() >= kKeptPassesMax || run.kept_bytes + bytes > kKeptBytesMax) {
    return;
  }
  if (run.kept.emplace(DigestOfPass(*pass.spec), std::move(nodes)).second) run.kept_bytes += bytes;
}

absl::Status SeedPass(const Job& job, StageRun& run, Pass& pass, BlobSink& blobs) {
  const auto found = run.kept.find(DigestOfPass(*pass.spec));
  if (found == run.kept.end() || !pass.broken.ok()) return absl::OkStatus();
  const std::vector<Node> nodes = std::move(found->second);
  run.kept_bytes -= BytesOf(nodes);
  run.kept.erase(found);
  std::vector<Block> done;
  for (const Node& node : nodes) done.push_back(node.block);
  pass.blocks.SettleAtStart(done);
  run.tasks_committed += pass.blocks.settled();
  for (const Node& node : nodes) MOTE_RETURN_IF_ERROR(pass.fold.Insert(node, *pass.reducer, blobs));
  return FoldHeldAbsent(job, pass, blobs);
}

void KeepForRetry(State& state, Job& job, absl::Time now) {
  state.retryable.push_back(job.id);
  if (state.retryable.size() <= state.options.retryable_jobs_max) return;
  DropWork(state, *state.FindJob(state.retryable.front()), now);
  state.retryable.pop_front();
}

void GoOn(State& state, Job& job, absl::Time now) {
  const std::vector<bool> again = StagesToBeginAgain(job);
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
    StageRun& stage = job.stages[i];
    const bool goes_on = stage.state == StageState::kFailed && !stage.step.empty();
    if (again[i] || (stage.state != StageState::kComplete && !goes_on)) {
      BeginAgain(state, job, i, now);
    } else if (goes_on) {
      stage.state = StageState::kRunning;
      stage.end = absl::InfiniteFuture();
    }
  }
  ++job.retries;
  job.state = job.start == absl::InfiniteFuture() ? JobState::kPending : JobState::kRunning;
  job.end = absl::InfiniteFuture();
  job.failure.reset();
  std::erase(state.retryable, job.id);
}

}  // namespace mote::coordinator
