#include "tests/sim/sim_cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/planted.h"
#include "tests/sim/check_failure.h"
#include "tests/sim/to_session.h"

namespace mote::sim {
namespace {

// So long after the last fault somebody does what a job says that it waits for.
constexpr absl::Duration kOperatorLooks = absl::Minutes(1);

}  // namespace

SimCluster::SimCluster(uint64_t seed, const Options& options)
    : options_(options),
      random_(seed),
      invariants_(queue_),
      workload_(options_, random_),
      disk_(queue_, random_, options_),
      loop_(queue_, random_, options_, disk_, invariants_,
            {[this](const mc::Effect& effect) { Release(effect); }, [this] { CoordinatorCrashed(); }}),
      network_(queue_, random_, options_, loop_),
      clients_(queue_, random_, options_, workload_, loop_, invariants_) {}

void SimCluster::Follow(std::ostream& out) {
  trace_.emplace(out, queue_);
  loop_.Follow(&*trace_);
}

std::optional<Violation> SimCluster::Run() {
  const std::optional<std::string> failed = FailedCheckOf([this] { RunToTheEnd(); });
  if (failed) invariants_.Fail("no check of the program's own fails", *failed);
  return invariants_.violation();
}

void SimCluster::RunToTheEnd() {
  loop_.Start();
  for (int i = 0; i < options_.workers; ++i) AddWorker();
  clients_.Start();
  ScheduleFaults();
  while (!invariants_.violation() && !clients_.done() && queue_.Step()) {
    ++steps_;
    const absl::Time quiet = std::max(start_ + options_.chaos, clients_.last_wish());
    if (queue_.now() > quiet + kOperatorLooks) DoAsTheReasonSays();
    if (queue_.now() > quiet + options_.patience())
      invariants_.Fail("every job ends once faults have stopped", clients_.Unfinished());
  }
  if (!invariants_.violation()) loop_.CheckReplay();
  if (!invariants_.violation()) CheckResults();
}

void SimCluster::Release(const mc::Effect& effect) {
  if (const auto* lease = std::get_if<mc::SendLease>(&effect); lease != nullptr && lease->pass != nullptr) {
    workload_.Learn(lease->token.pass, *lease->pass);
  }
  if (const auto* drop = std::get_if<mc::DropArtifacts>(&effect)) disk_.blobs().Drop(*drop);
  if (const auto* collect = std::get_if<mc::CollectArtifacts>(&effect)) Collect(*collect);
  if (SendToWorker(network_, effect)) return;
  if (const auto* reply = std::get_if<mc::Reply>(&effect)) clients_.On(*reply);
  if (const auto* changed = std::get_if<mc::JobChanged>(&effect)) clients_.On(*changed);
}

void SimCluster::Collect(mc::CollectArtifacts collect) {
  if (MOTE_PLANTED(kCollectsTooMuch)) collect.put_before = queue_.now();
  disk_.blobs().Collect(collect);
}

void SimCluster::CoordinatorCrashed() {
  network_.BreakAll();
  queue_.After(random_.Between(absl::Milliseconds(10), absl::Seconds(3)), [this] { loop_.Start(); });
}

// Where a liar and one other stay different, and all others fail everything, only one more
// worker can tell who is right.
void SimCluster::DoAsTheReasonSays() {
  if (helped_ || !clients_.asks_for_worker()) return;
  helped_ = true;
  AddWorker(/*may_be_bad=*/false);
}

void SimCluster::AddWorker(bool may_be_bad) {
  SimWorker::Nature nature;
  const int number = static_cast<int>(workers_.size());
  if (options_.faults.unequal_workers) nature.slowness = 1.0 + static_cast<double>(random_.Below(10));
  if (number < options_.slow_workers) nature.slowness *= 10;
  const auto index = static_cast<size_t>(number);
  if (index < options_.slownesses.size()) nature.slowness *= options_.slownesses[index];
  if (index < options_.links.size()) {
    nature.fetch = absl::Seconds(static_cast<double>(options_.input_bytes) / options_.links[index]);
  }
  nature.lies = options_.a_worker_lies && number == 0;
  // The first one is good: somebody must be able to do the work.
  nature.bad = may_be_bad && options_.faults.bad_workers && !workers_.empty() && random_.Chance(0.3);
  const WorkerWorld world{
      queue_,        random_,
      options_,      network_,
      invariants_,   workload_,
      disk_.blobs(), [this](const std::string& name, const Digest& digest) { return Ask(name, digest); }};
  workers_.push_back(std::make_unique<SimWorker>(world, absl::StrCat("w", workers_.size() + 1), nature));
  workers_.back()->Start();
}

const std::string* SimCluster::Ask(const std::string& name, const Digest& digest) const {
  for (const std::unique_ptr<SimWorker>& worker : workers_) {
    if (worker->name() == name) return worker->Serve(digest);
  }
  return nullptr;
}

void SimCluster::CheckResults() {
  for (size_t job = 0; job < workload_.jobs().size(); ++job) {
    const std::optional<std::string> wrong = workload_.CheckEnd(workload_.jobs()[job], *clients_.ended(job),
                                                                options_.faults.innocent_absent(), disk_.blobs());
    if (wrong) invariants_.Fail("a result is that of a plain fold", absl::StrCat("job ", job + 1, ": ", *wrong));
    for (const mc::StageView& stage : clients_.ended(job)->stages) stages_reused_ += stage.reused_from ? 1 : 0;
    const std::optional<size_t> origin = workload_.jobs()[job].origin;
    if (!origin || !clients_.ended_for_good(*origin)) continue;
    const std::optional<std::string> again =
        workload_.CheckReuse(workload_.jobs()[job], *clients_.ended(job), *clients_.ended(*origin));
    if (again) invariants_.Fail("what is stored is reused", absl::StrCat("job ", job + 1, ": ", *again));
  }
}

}  // namespace mote::sim
