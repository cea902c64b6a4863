#include "tests/sim/workload.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/philox.h"
#include "tests/sim/iteration.h"
#include "tests/sim/two_stages.h"
#include "tests/testing/map_sink.h"

namespace mote::sim {
namespace {

using Blobs = std::map<Digest, std::string>;
// nullptr: the blob is gone.
using FindBlob = std::function<const std::string*(const Digest&)>;
using AbsentTasks = std::set<int64_t>;

// `concat` notices a wrong order, `mean` a wrong number, `sum` a wrong tree.
constexpr const char* kReducers[] = {"sum", "concat", "mean"};

void MakeSum(SimJob& job, mc::StageSpec& stage, const Options& options, Random& random) {
  stage.operation = "random_sum";
  stage.parameters = Json{{"values", 3}, {"seed", job.seed}}.dump();
  stage.reduce = {kReducers[random.Below(std::size(kReducers))], "{}"};
  stage.verify = {options.verify_sample, options.verify_replicas};
}

void MakeIteration(SimJob& job, mc::StageSpec& stage, const Options& options, Random& random) {
  job.steps = 2 + static_cast<int64_t>(random.Below(15));
  stage.tasks.count = 1 + stage.tasks.count / job.steps;
  // Sums of few tasks stay apart, unless tasks may be absent.
  if (options.large_partials && !options.faults.poison_tasks) {
    stage.on_bad_task = mc::TaskPolicy::kFail;
    stage.tasks.count = 1 + static_cast<int64_t>(random.Below(8));
    job.steps *= 4;
  }
  stage.operation = kIterate;
  stage.parameters = Json{{"seed", job.seed}, {"steps", job.steps}}.dump();
}

void MakeTwoStages(SimJob& job, const Options& options, mc::StageSpec work, Random& random) {
  MakeSum(job, work, options, random);
  mc::StageSpec load = work;
  load.name = "load";
  load.operation = kLoad;
  load.parameters = Json{{"seed", job.seed}}.dump();
  load.reduce.name = "sum";
  work.input = "load.result";
  work.operation = kWork;
  work.parameters = Json{{"seed", job.seed}, {"version", 1}}.dump();
  job.spec.stages = {load, work};
}

SimJob DrawJob(uint64_t seed, const Options& options, Random& random) {
  SimJob job;
  job.seed = seed;
  job.request_id = absl::StrCat("request ", seed);
  job.spec.name = absl::StrCat("job ", seed);
  job.spec.priority = static_cast<int>(random.Below(2));
  job.spec.tenant = random.Chance(0.5) ? "default" : "other";
  mc::StageSpec stage;
  stage.name = "work";
  stage.tasks.count = options.tasks;
  stage.on_bad_task = mc::TaskPolicy::kQuarantine;
  // Only what is verified may meet a worker that lies.
  if (options.resubmits && random.Chance(0.6)) {
    MakeTwoStages(job, options, stage, random);
  } else if (options.iterate && !options.a_worker_lies && random.Chance(0.5)) {
    MakeIteration(job, stage, options, random);
    job.spec.stages = {stage};
  } else {
    MakeSum(job, stage, options, random);
    job.spec.stages = {stage};
  }
  job.spec.outputs = {{"result", "work.result", "", ""}};
  if (options.faults.poison_tasks) {
    const uint64_t count = 1 + random.Below(3);
    for (uint64_t i = 0; i < count; ++i) job.poison.insert(static_cast<int64_t>(random.Below(job.tasks())));
  }
  if (options.faults.cancels && random.Chance(0.5)) job.cancel_at = random.Between(absl::ZeroDuration(), options.chaos);
  if (options.faults.deadlines && random.Chance(0.5)) {
    job.spec.deadline = random.Between(absl::Milliseconds(1), options.chaos);
  }
  if (options.faults.budgets && random.Chance(0.5)) {
    const absl::Duration all_tasks = options.task_duration * static_cast<double>(options.tasks);
    job.spec.price = Price{1, 1};
    job.spec.budget = absl::ToDoubleSeconds(random.Between(options.task_duration, 2 * all_tasks));
  }
  return job;
}

std::string LeafOfRow(const std::array<double, 3>& values, const RowReducer& reducer, BlobSink& blobs) {
  TableBuilder builder(Schema{{{"result", DType::kF64, 3}}});
  builder.AddF64s(values.data(), values.size());
  std::string partial;
  MOTE_CHECK(reducer.Leaf(builder.Take(), &partial, blobs).ok(), "the reducer takes such rows");
  return partial;
}

// The bytes that a user would see. NotFound: some are gone.
absl::StatusOr<std::string> FlatBytes(const Output& output, const FindBlob& find) {
  std::string content = output.content.bytes;
  if (output.content.artifact) {
    const std::string* const stored = find(output.content.artifact->digest);
    if (stored == nullptr) return absl::NotFoundError("what an output consists of");
    content = *stored;
  }
  if (output.kind != OutputKind::kTable) return content;
  const absl::StatusOr<Dataset> dataset = Dataset::Decode(content);
  MOTE_CHECK(dataset.ok(), "a table's content is a dataset");
  std::string bytes = absl::StrCat(dataset->rows, " rows ");
  for (const Segment& segment : dataset->segments) {
    const std::string* const rows = find(segment.blob.digest);
    if (rows == nullptr) return absl::NotFoundError("rows of a table");
    bytes += *rows;
  }
  return bytes;
}

// As computed here.
std::string OwnBytes(const Output& output, const Blobs& blobs) {
  return *FlatBytes(output, [&](const Digest& digest) { return &blobs.at(digest); });
}

NodeValue PlainRoot(uint64_t value_seed, int64_t tasks, const AbsentTasks& absent, const RowReducer& reducer,
                    BlobSink& sink) {
  BlockFold fold({RootLevel(tasks), 0}, tasks);
  for (int64_t task = 0; task < tasks; ++task) {
    NodeValue leaf;
    if (!absent.contains(task)) leaf = LeafOf(value_seed, reducer, task, sink);
    MOTE_CHECK(fold.Push(std::move(leaf), reducer, sink).ok(), "such rows combine");
  }
  return fold.Take(reducer, sink)->front().partial;
}

std::unique_ptr<RowReducer> ReducerOf(const std::string& name) { return *MakeRowReducer(name, Json::object()); }

std::string PlainResult(const SimJob& job, const AbsentTasks& absent) {
  Blobs blobs;
  const std::unique_ptr<RowReducer> reducer = ReducerOf(job.spec.stages[0].reduce.name);
  testing::MapSink sink(blobs);
  const NodeValue root = PlainRoot(job.seed, job.tasks(), absent, *reducer, sink);
  const absl::StatusOr<Output> plain = reducer->Finish(root ? &*root : nullptr, sink, nullptr);
  MOTE_CHECK(plain.ok(), "such partials finish");
  return OwnBytes(*plain, blobs);
}

// `absent`: of each stage.
std::string PlainTwoStages(const SimJob& job, const std::map<int64_t, AbsentTasks>& absent) {
  Blobs blobs;
  testing::MapSink sink(blobs);
  Output output;
  for (int64_t i = 0; i < 2; ++i) {
    const mc::StageSpec& stage = job.spec.stages[i];
    const std::unique_ptr<RowReducer> reducer = ReducerOf(stage.reduce.name);
    const int64_t version = ParseJson(stage.parameters)->value("version", int64_t{1});
    const uint64_t value_seed = i == 0 ? job.seed : SeedOfWork(job.seed, version, output.content);
    const auto found = absent.find(i);
    const NodeValue root =
        PlainRoot(value_seed, job.tasks(), found == absent.end() ? AbsentTasks{} : found->second, *reducer, sink);
    absl::StatusOr<Output> plain = reducer->Finish(root ? &*root : nullptr, sink, nullptr);
    MOTE_CHECK(plain.ok(), "such partials finish");
    output = *std::move(plain);
  }
  return OwnBytes(output, blobs);
}

uint64_t SeedOfStep(uint64_t seed, const std::string& state) {
  const Digest digest = Sha256(absl::StrCat(seed, " ", state));
  uint64_t value;
  std::memcpy(&value, digest.Hex().data(), sizeof(value));
  return value;
}

std::string PlainIteration(const SimJob& job, const std::map<int64_t, AbsentTasks>& absent) {
  Blobs blobs;
  const std::unique_ptr<RowReducer> reducer = ReducerOf("sum");
  testing::MapSink sink(blobs);
  std::string state = "start";
  for (int64_t step = 0; step < job.steps; ++step) {
    const auto found = absent.find(step);
    const NodeValue root = PlainRoot(SeedOfStep(job.seed, state), job.tasks(),
                                     found == absent.end() ? AbsentTasks{} : found->second, *reducer, sink);
    state = NextState(state, root ? *root : "");
  }
  return state;
}

std::string PlainBytes(const SimJob& job, const std::map<int64_t, AbsentTasks>& absent) {
  if (job.steps > 0) return PlainIteration(job, absent);
  if (job.has_two_stages()) return PlainTwoStages(job, absent);
  const auto found = absent.find(0);
  return PlainResult(job, found == absent.end() ? AbsentTasks{} : found->second);
}

}  // namespace

Workload::Workload(const Options& options, Random& random) : folds_may_fail_(options.large_partials || options.spill) {
  for (int i = 0; i < options.jobs; ++i) jobs_.push_back(DrawJob(1 + static_cast<uint64_t>(i), options, random));
}

const SimJob& Workload::JobOf(const PassSpec& pass) const {
  const uint64_t seed = ParseJson(pass.parameters)->at("seed").get<uint64_t>();
  return *std::find_if(jobs_.rbegin(), jobs_.rend(), [seed](const SimJob& job) { return job.seed == seed; });
}

size_t Workload::Resubmit(size_t job, bool edited) {
  SimJob again = jobs_.at(job);
  again.request_id = absl::StrCat("again ", jobs_.size());
  again.cancel_at.reset();
  again.origin = job;
  again.edited = edited && again.has_two_stages();
  if (again.edited) {
    Json parameters = *ParseJson(again.spec.stages.back().parameters);
    parameters["version"] = parameters.at("version").get<int64_t>() + 1;
    again.spec.stages.back().parameters = parameters.dump();
  }
  jobs_.push_back(std::move(again));
  return jobs_.size() - 1;
}

void Workload::Learn(PassId id, const PassSpec& pass) {
  if (pass.kernel == kIterate) steps_[id] = ParseJson(pass.parameters)->at("step").get<int64_t>();
}

std::optional<std::string> Workload::CheckEnd(const SimJob& job, const mc::JobView& view, bool more_absent,
                                              const BlobStore& blobs) const {
  if (view.state == mc::JobState::kCancelled && job.cancel_at) return std::nullopt;
  const bool overdue = view.failure && view.failure->failure.kind == FaultKind::kDeadline;
  if (overdue && job.spec.deadline > absl::ZeroDuration()) return std::nullopt;
  const bool is_broke = view.failure && view.failure->failure.kind == FaultKind::kBudget;
  // A crash forgets what an iteration's steps cost since its checkpoint.
  const bool may_be_broke =
      view.bill && view.bill->budget && (job.steps > 0 || view.bill->since_retry >= *view.bill->budget);
  if (is_broke && may_be_broke) return std::nullopt;
  // A task that folds cannot be given up: its job fails, with bad luck innocently.
  const bool gave_up = view.failure && view.failure->failure.task >= 0;  // not for want of a majority
  if (view.state == mc::JobState::kFailed && gave_up && more_absent && folds_may_fail_) return std::nullopt;
  std::map<int64_t, AbsentTasks> absent;  // by step, or by stage
  for (const mc::AbsentView& task : view.absent) {
    const auto step = steps_.find(task.pass);
    absent[step != steps_.end() ? step->second : task.stage == job.spec.stages[0].name ? 0 : 1].insert(task.task);
  }
  const mc::JobState want = absent.empty() ? mc::JobState::kSucceeded : mc::JobState::kPartlyQuarantined;
  if (view.state != want) {
    return absl::StrCat("it ended as state ", static_cast<int>(view.state), " with ", view.absent.size(),
                        " absent tasks");
  }
  for (int64_t step = 0; step < std::max<int64_t>(job.has_two_stages() ? 2 : 1, job.steps); ++step) {
    const AbsentTasks& missing = absent[step];
    const bool expected = more_absent
                              ? std::includes(missing.begin(), missing.end(), job.poison.begin(), job.poison.end())
                              : missing == job.poison;
    if (!expected) {
      return absl::StrCat(missing.size(), " tasks of step ", step, " are absent, ", job.poison.size(), " are poison");
    }
  }
  if (view.outputs.size() != 1) return "the output is missing";
  const absl::StatusOr<std::string> bytes =
      FlatBytes(view.outputs[0].output, [&](const Digest& digest) { return blobs.Find(digest); });
  if (!bytes.ok()) return absl::StrCat("it is gone: ", std::string(bytes.status().message()));
  if (*bytes != PlainBytes(job, absent)) {
    return absl::StrCat("the bits of ", job.spec.stages[0].operation, " ", job.spec.stages[0].reduce.name,
                        " differ from those of a plain fold");
  }
  return std::nullopt;
}

std::optional<std::string> Workload::CheckReuse(const SimJob& job, const mc::JobView& view,
                                                const mc::JobView& origin) const {
  bool is_stored = true;
  for (size_t i = 0; i < view.stages.size(); ++i) {
    const mc::StageView& stage = view.stages[i];
    const bool edited = job.edited && i + 1 == view.stages.size();
    const bool has_absent = std::any_of(origin.absent.begin(), origin.absent.end(),
                                        [&](const mc::AbsentView& absent) { return absent.stage == stage.name; });
    is_stored = is_stored && origin.stages[i].state == mc::StageState::kComplete && !has_absent;
    if (edited && stage.reused_from) return absl::StrCat("stage ", stage.name, " was edited and did not run");
    if (!is_stored || edited || stage.operation == "random_sum") continue;
    if (!stage.reused_from || stage.passes_total > 0) {
      return absl::StrCat("stage ", stage.name, " ran although the same was complete in job ", origin.id.value);
    }
  }
  return std::nullopt;
}

uint64_t ValueSeed(const PassSpec& pass, const ValueReader& read) {
  const Json parameters = *ParseJson(pass.parameters);
  const uint64_t seed = parameters.at("seed").get<uint64_t>();
  if (pass.kernel == kIterate) {
    const absl::StatusOr<std::string> state = StateOf(pass, read);
    MOTE_CHECK(state.ok(), "what a step reads is there");
    return SeedOfStep(seed, *state);
  }
  if (pass.kernel == kWork) return SeedOfWork(seed, parameters.at("version").get<int64_t>(), pass.inputs.at("input"));
  return seed;
}

std::string LeafOf(uint64_t value_seed, const RowReducer& reducer, int64_t task, BlobSink& blobs) {
  const Philox random(value_seed, static_cast<uint64_t>(task));
  return LeafOfRow({random.Normal(0), random.Normal(1) * 1e8, random.Normal(2) * 1e-8}, reducer, blobs);
}

std::string LeafOfZeros(const RowReducer& reducer) {
  Blobs blobs;
  testing::MapSink sink(blobs);
  return LeafOfRow({0, 0, 0}, reducer, sink);
}

}  // namespace mote::sim
