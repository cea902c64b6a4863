#include "tests/testing/chaos_round.h"

#include <signal.h>

#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/json.h"
#include "tests/testing/chaos.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

constexpr absl::Duration kStep = absl::Milliseconds(5);
// `mote submit` fails at once while nobody listens.
constexpr absl::Duration kSubmitPause = absl::Milliseconds(300);
constexpr size_t kInFlightMax = 3;
constexpr absl::Duration kSettleMax = absl::Seconds(120);
constexpr absl::Duration kEndMax = absl::Seconds(30);

class Round {
 public:
  Round(const RoundOptions& options, const std::vector<ChaosJob>& jobs,
        const std::map<std::string, Undisturbed>& undisturbed)
      : options_(options),
        jobs_(jobs),
        undisturbed_(undisturbed),
        cluster_(options.workers),
        chaos_(cluster_, options.seed) {}

  RoundReport Run() {
    const absl::Time end = absl::Now() + options_.disturbed_for;
    while (absl::Now() < end) {
      chaos_.Step();
      Collect();
      SubmitNext();
      absl::SleepFor(kStep);
    }
    chaos_.Heal();
    Settle();
    for (const auto& [id, name] : acknowledged_) Verify(id, name);
    VerifyNoLeases();
    StopAll();
    report_.acts = chaos_.log();
    report_.jobs = static_cast<int>(acknowledged_.size());
    return std::move(report_);
  }

 private:
  struct Client {
    std::string job;
    std::unique_ptr<Process> process;
  };

  void Problem(std::string what) { report_.problems.push_back(std::move(what)); }

  void SubmitNext() {
    if (clients_.size() >= kInFlightMax || absl::Now() < next_submit_) return;
    next_submit_ = absl::Now() + kSubmitPause;
    const ChaosJob& job = jobs_[(options_.seed + submitted_++) % jobs_.size()];
    clients_.push_back({job.name, cluster_.StartMote({"submit", job.path, "--parsable", "--no-reuse"})});
  }

  // The id on standard output is the acknowledgement: from then on the job must not be
  // lost, whatever becomes of the client.
  void Collect() {
    std::erase_if(clients_, [this](Client& client) {
      if (client.process->IsRunning()) return false;
      uint64_t id = 0;
      if (absl::SimpleAtoi(client.process->Stdout(), &id)) acknowledged_[id] = client.job;
      const int exit_code = client.process->Wait(absl::ZeroDuration());
      if (exit_code == 1 || exit_code == 2) {
        Problem(absl::StrCat("submit of ", client.job, " ended with ", exit_code, ": ", client.process->Stderr()));
      }
      return true;
    });
  }

  void Settle() {
    const absl::Time end = absl::Now() + kSettleMax;
    while (!clients_.empty() && absl::Now() < end) {
      Collect();
      absl::SleepFor(kStep);
    }
    for (const Client& client : clients_) {
      Problem(absl::StrCat("job ", client.job, " does not end though everything runs again: ", client.process->Stderr(),
                           cluster_.Mote({"jobs", "-o", "wide"}).out));
    }
    clients_.clear();
  }

  void Verify(uint64_t id, const std::string& name) {
    const Undisturbed& want = undisturbed_.at(name);
    const std::string who = absl::StrCat("job ", id, " (", name, "): ");
    const Outcome waited = cluster_.Mote({"wait", absl::StrCat(id)});
    const absl::StatusOr<JobFacts> got = ParseJobFacts(cluster_.Mote({"job", absl::StrCat(id), "-o", "json"}).out);
    if (!got.ok()) return Problem(absl::StrCat(who, "acknowledged, but lost: ", waited.err));
    if (got->state != want.facts.state) {
      return Problem(
          absl::StrCat(who, "ended as ", got->state, ": ", got->failure, "; undisturbed as ", want.facts.state));
    }
    const std::string digest = cluster_.Mote({"result", absl::StrCat(id), "--digest"}).out;
    if (digest.find(want.digest) == std::string::npos) {
      Problem(absl::StrCat(who, "other bits: ", digest, " instead of ", want.digest));
    }
    if (const std::string miscounted = got->Miscounted(); !miscounted.empty()) Problem(who + miscounted);
    if (got->absent != want.facts.absent) Problem(absl::StrCat(who, "other tasks are absent than undisturbed"));
    for (const auto& [stage, counts] : got->stages) {  // how many fold large partials is free
      report_.tasks += counts.committed;
      report_.attempts_lost += counts.attempts_lost;
    }
  }

  void VerifyNoLeases() {
    const absl::StatusOr<Json> workers = ParseJson(cluster_.Mote({"workers", "-o", "json"}).out);
    if (!workers.ok() || !workers->is_array()) return Problem("mote workers does not answer");
    for (const Json& worker : *workers) {
      if (worker.value("leases", 0) != 0) Problem(absl::StrCat("a lease is left: ", worker.dump()));
    }
  }

  // Workers first: one that drains tells the coordinator goodbye.
  void StopAll() {
    for (int i = 0; i < cluster_.workers(); ++i) cluster_.worker(i).Signal(SIGTERM);
    for (int i = 0; i < cluster_.workers(); ++i) {
      const int exit_code = cluster_.worker(i).Wait(kEndMax);
      if (exit_code != 0) Problem(absl::StrCat("worker ", i, " ended with ", exit_code));
    }
    cluster_.coordinator().Signal(SIGTERM);
    const int exit_code = cluster_.coordinator().Wait(kEndMax);
    if (exit_code != 0) {
      Problem(absl::StrCat("the coordinator ended with ", exit_code, ": ", cluster_.coordinator().Stderr()));
    }
    for (const std::string& left : ProcessesNaming(cluster_.dir())) Problem("left running: " + left);
  }

  const RoundOptions options_;
  const std::vector<ChaosJob>& jobs_;
  const std::map<std::string, Undisturbed>& undisturbed_;
  RealCluster cluster_;
  Chaos chaos_;
  std::vector<Client> clients_;
  absl::Time next_submit_ = absl::InfinitePast();
  uint64_t submitted_ = 0;
  std::map<uint64_t, std::string> acknowledged_;
  RoundReport report_;
};

}  // namespace

std::string RoundReport::Story(uint64_t seed) const {
  std::string story = absl::StrCat("seed ", seed, "; again: ./dev soak --rounds 1 --seed ", seed, "\n");
  for (const std::string& problem : problems) absl::StrAppend(&story, "  ", problem, "\n");
  for (const std::string& act : acts) absl::StrAppend(&story, "    ", act, "\n");
  return story;
}

RoundReport RunChaosRound(const RoundOptions& options, const std::vector<ChaosJob>& jobs,
                          const std::map<std::string, Undisturbed>& undisturbed) {
  return Round(options, jobs, undisturbed).Run();
}

}  // namespace mote::testing
