#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/commands/interrupts.h"
#include "client/commands/job_session.h"
#include "client/embedded/cluster.h"
#include "client/embedded/state_dir.h"
#include "client/text/terminal.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(5);

struct RunOptions {
  std::string path;
  std::vector<std::string> sets;
  int workers = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 64u));
  std::string state_dir;
  std::string output_dir;
  bool digest = false;
  bool no_reuse = false;
  std::string journal = "sqlite";
  bool allow_commands = false;
  std::vector<std::string> shared_dirs;
  bool allow_test_operations = false;
};

// One `mote run`: the cluster, the job, and what Ctrl-C does to them.
class Run {
 public:
  explicit Run(RunOptions options) : options_(std::move(options)), progress_(std::cerr, TerminalWidth(STDERR_FILENO)) {}

  int Execute() {
    absl::StatusOr<JobFile> job = LoadJobFile(options_.path, options_.sets);
    if (!job.ok()) return Report(job.status());
    job->spec.set_no_reuse(options_.no_reuse);
    if (const absl::Status writable = CheckDestinations(*job, options_.output_dir); !writable.ok()) {
      return Report(writable);
    }
    BlockInterrupts();
    absl::StatusOr<StateDir> state_dir = StateDir::Open(options_.state_dir);
    if (!state_dir.ok()) return Report(state_dir.status());
    const int code = InCluster(*state_dir, &*job);
    if ((code == kFailed || gave_up_) && state_dir->is_temporary()) {
      state_dir->Keep();
      std::cerr << "the state and logs of this run are kept in " << state_dir->path() << "\n";
    }
    return code;
  }

 private:
  int InCluster(const StateDir& state_dir, JobFile* job) {
    ClusterOptions options;
    options.program_dir = ProgramDir();
    options.state_dir = state_dir.path();
    options.workers = options_.workers;
    options.journal = options_.journal;
    options.allow_commands = options_.allow_commands;
    options.shared_dirs = options_.shared_dirs;
    options.allow_test_operations = options_.allow_test_operations;
    const InterruptWatcher interrupts([this](int n) { OnInterrupt(n); });
    auto cluster = EmbeddedCluster::Start(options, [this](const std::string& line) { progress_.Note(line); });
    if (!cluster.ok()) return Report(cluster.status());
    auto client = Client::Connect((*cluster)->address());
    if (!client.ok()) return Report(client.status());
    (*cluster)->OnGivingUp([this, raw = client->get()](const absl::Status& status) {
      const std::lock_guard lock(mutex_);
      gave_up_ = status;
      raw->CancelCalls();
    });
    Expose(client->get());
    const int code = WithJob(**client, job);
    Expose(nullptr);
    if (canceller_.joinable()) canceller_.join();
    (*cluster)->OnGivingUp([](const absl::Status&) {});
    client->reset();  // an idle connection would keep the coordinator waiting for its end
    (*cluster)->Stop(interrupts_seen() > 1 ? absl::ZeroDuration() : kStopGrace);
    return code;
  }

  int WithJob(Client& client, JobFile* job) {
    const absl::StatusOr<v1::Job> ended = RunJob(client, job);
    if (ended.ok()) {
      FinishOptions finish;
      finish.job_folder = job->folder;
      finish.output_dir = options_.output_dir;
      finish.print_cost = true;
      finish.print_digest = options_.digest;
      return FinishJob(client, *ended, finish);
    }
    const std::lock_guard lock(mutex_);
    if (gave_up_) return Report(*gave_up_);
    return Report(interrupts_seen_ > 0 ? absl::CancelledError("stopped before the job had ended") : ended.status());
  }

  absl::StatusOr<v1::Job> RunJob(Client& client, JobFile* job) {
    if (interrupts_seen() > 0) return absl::CancelledError("stopped");
    MOTE_RETURN_IF_ERROR(PrepareJob(client, job));
    MOTE_ASSIGN_OR_RETURN(const Submitted submitted, SubmitOrAdopt(client, *job));
    progress_.Note(
        absl::StrCat("job ", submitted.id, " (", job->spec.name(), ")", submitted.adopted ? " is taken up again" : ""));
    for (const uint64_t replaced : submitted.replaced) {
      progress_.Note(absl::StrCat("job ", replaced,
                                  ", unfinished, differs from this file and was cancelled; its "
                                  "complete stages are reused"));
    }
    {
      const std::lock_guard lock(mutex_);
      job_id_ = submitted.id;
    }
    WaitForAWorker(client);
    return WaitForJob(client, submitted.id, &progress_);
  }

  // The cluster's own workers are about to connect: until then, for a second at most,
  // that none has is no news.
  void WaitForAWorker(Client& client) {
    const absl::Time deadline = absl::Now() + absl::Seconds(1);
    while (absl::Now() < deadline && interrupts_seen() == 0) {
      const absl::StatusOr<std::vector<v1::Worker>> workers = client.ListWorkers();
      if (!workers.ok() || !workers->empty()) return;
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  void Expose(Client* client) {
    const std::lock_guard lock(mutex_);
    client_ = client;
  }

  int interrupts_seen() {
    const std::lock_guard lock(mutex_);
    return interrupts_seen_;
  }

  // The first ends the job as `mote cancel` does; the second, or one before there is a
  // job, ends everything at once.
  void OnInterrupt(int n) {
    const std::lock_guard lock(mutex_);
    interrupts_seen_ = n;
    if (n == 1 && client_ != nullptr && job_id_) {
      progress_.Note("cancelling the job; once more to kill it");
      canceller_ = std::thread([this, client = client_, id = *job_id_] {
        const absl::Status status = client->CancelJob(id).status();
        if (!status.ok() && !absl::IsCancelled(status)) progress_.Note(std::string(status.message()));
      });
      return;
    }
    progress_.Note("stopping");
    if (client_ != nullptr) client_->CancelCalls();
  }

  const RunOptions options_;
  ProgressPrinter progress_;
  std::mutex mutex_;
  Client* client_ = nullptr;             // guarded by mutex_
  std::optional<uint64_t> job_id_;       // guarded by mutex_
  int interrupts_seen_ = 0;              // guarded by mutex_
  std::thread canceller_;                // started with mutex_ held, joined once client_ is null
  std::optional<absl::Status> gave_up_;  // guarded by mutex_
};

}  // namespace

void AddRun(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = app->add_subcommand("run", "Run a job on an embedded cluster of its own");
  command->add_option("JOB", options->path, "The job file (YAML or JSON)")->required();
  AddSets(command, &options->sets);
  command->add_option("--workers", options->workers, "Worker processes, one slot each")->check(CLI::Range(1, 256));
  command->add_option("--state-dir", options->state_dir, "Keep state here; an unfinished job in it goes on")
      ->type_name("DIR");
  command->add_option("--output", options->output_dir, "Write every output here")->type_name("DIR");
  command->add_flag("--digest", options->digest, "Print the SHA-256 of the outputs");
  command->add_flag("--no-reuse", options->no_reuse, "Run every stage, also those whose outputs are in --state-dir");
  command->add_option("--journal", options->journal, "sqlite, or none: state is lost with the coordinator")
      ->check(CLI::IsMember({"none", "sqlite"}));
  command->add_option("--shared-dir", options->shared_dirs, "Directory in which the job may read files by `shared:`")
      ->type_name("DIR")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false)
      ->check(CLI::ExistingDirectory);
  command->add_flag("--allow-commands", options->allow_commands, "Let workers run the programs that the job brings");
  command->add_flag("--allow-test-operations", options->allow_test_operations, "Let workers run misbehave");
  command->callback([=] { invocation->body = [=] { return Run(*options).Execute(); }; });
}

}  // namespace mote::client
