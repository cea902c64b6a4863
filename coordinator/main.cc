// mote-coordinator: accepts jobs, leases their blocks to workers, keeps what is done.
//
// Exit codes: 0 stopped by a signal, 1 a fatal error (journal, disk), 2 usage,
// 3 the port or the state directory is not to be had.
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/files/open_files.h"
#include "common/freed_memory.h"
#include "common/host_port.h"
#include "common/status_macros.h"
#include "common/version.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/core.h"
#include "coordinator/journal/null_journal.h"
#include "coordinator/journal/sqlite_journal.h"
#include "coordinator/journal/state_dir.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/plan/registry.h"
#include "coordinator/rpc/listen_address.h"
#include "coordinator/rpc/rpc_server.h"
#include "coordinator/runtime/disk_watch.h"
#include "coordinator/runtime/loop.h"
#include "coordinator/schedule/fair_policy.h"

namespace mote::coordinator {
namespace {

constexpr int kExitFatal = 1;
constexpr int kExitUsage = 2;
constexpr int kExitUnavailable = 3;
constexpr absl::Duration kWorkerLimitMin = absl::Seconds(2);

struct Options {
  std::string listen = "127.0.0.1:7070";
  std::string http;
  std::string state_dir;
  std::string journal = "sqlite";
  int64_t disk_reserve_bytes = 256 << 20;
  int64_t block_tasks = INT64_MAX;
  int64_t partial_bytes = CoreOptions().partial_bytes_max;
  int64_t ledger_bytes = Ledger::Options().bytes_max;
  std::string worker_limit = "2.8s";
  std::string retention = "720h";
  bool insecure = false;
};

class ReleaseToNetwork : public EffectSink {
 public:
  explicit ReleaseToNetwork(RpcServer& rpc) : rpc_(rpc) {}
  void Release(std::vector<Effect> effects) override { rpc_.Release(std::move(effects)); }

 private:
  RpcServer& rpc_;
};

std::string DefaultStateDir() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0') {
    return absl::StrCat(state, "/mote");
  }
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? std::string() : absl::StrCat(home, "/.local/state/mote");
}

void Declare(CLI::App* app, Options* options) {
  app->set_version_flag("--version", kVersion);
  app->add_option("--listen", options->listen, "HOST:PORT to serve on; port 0 picks a free one")->capture_default_str();
  app->add_option("--http", options->http, "HOST:PORT of metrics and dashboard (not supported yet)");
  app->add_option("--state-dir", options->state_dir, "directory of the journal and the artifacts")
      ->capture_default_str();
  app->add_option("--journal", options->journal, "sqlite, or none: jobs are then lost when the coordinator ends")
      ->check(CLI::IsMember({"sqlite", "none"}))
      ->capture_default_str();
  app->add_option("--disk-reserve", options->disk_reserve_bytes,
                  "what must stay free on the disk of --state-dir, such as 512MB; below it nothing new is taken")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app->add_option("--block-tasks", options->block_tasks,
                  "tasks of a block at most, as a power of two, for experiments; default: as their cost tells")
      ->check(CLI::PositiveNumber);
  app->add_option("--partial-bytes", options->partial_bytes,
                  "of partials of all jobs that may wait in memory, such as 64MB; what is beyond goes to the disk")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app->add_option(
         "--ledger-bytes", options->ledger_bytes,
         "of what tasks of all jobs cost (`mote cost --tasks`), such as 1GB; beyond it the oldest is forgotten")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app->add_option("--worker-limit", options->worker_limit,
                  "a worker that is silent for longer is lost, and its leases are granted to others")
      ->capture_default_str();
  app->add_option("--retention", options->retention,
                  "an ended job and its results are forgotten after so long, such as 48h; bundles stay")
      ->capture_default_str();
  app->add_flag("--insecure", options->insecure, "allow plaintext on an address that other machines can reach");
}

// Workers send a heartbeat a second. The default leaves time to look, so that a silent
// one is noticed within 3 s. InvalidArgument: names the option and the remedy.
absl::StatusOr<absl::Duration> WorkerLimit(const Options& options) {
  absl::Duration limit;
  if (absl::ParseDuration(options.worker_limit, &limit) && limit >= kWorkerLimitMin) return limit;
  return absl::InvalidArgumentError(absl::StrCat("--worker-limit ", options.worker_limit,
                                                 ": not a duration of at least ", absl::FormatDuration(kWorkerLimitMin),
                                                 ", such as 10s"));
}

// InvalidArgument: names the option and the remedy.
absl::StatusOr<absl::Duration> Retention(const Options& options) {
  absl::Duration retention;
  if (absl::ParseDuration(options.retention, &retention) && retention > absl::ZeroDuration()) return retention;
  return absl::InvalidArgumentError(
      absl::StrCat("--retention ", options.retention, ": not a duration above zero, such as 48h"));
}

// What the options say together. InvalidArgument: names the option and the remedy.
absl::Status Check(const Options& options) {
  if (!options.http.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--http ", options.http, ": not supported yet; leave it out, use `mote jobs` and `mote workers`"));
  }
  MOTE_RETURN_IF_ERROR(CheckListenAddress(options.listen));
  if (!IsLoopback(options.listen) && !options.insecure) {
    return absl::InvalidArgumentError(absl::StrCat("--listen ", options.listen,
                                                   ": other machines can reach this address and the connection is not "
                                                   "encrypted; use 127.0.0.1, or add --insecure on a trusted network"));
  }
  if (options.state_dir.empty()) {
    return absl::InvalidArgumentError("--state-dir: neither XDG_STATE_HOME nor HOME is set; give a directory");
  }
  MOTE_RETURN_IF_ERROR(Retention(options).status());
  return WorkerLimit(options).status();
}

absl::StatusOr<std::unique_ptr<Journal>> OpenJournal(const Options& options, const StateDir& dir) {
  if (options.journal == "none") {
    spdlog::warn("--journal none: jobs are lost when this process ends");
    return std::make_unique<NullJournal>(dir.epoch_path());
  }
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal, SqliteJournal::Open(dir.journal_path()));
  return journal;
}

[[noreturn]] void EndAtOnce(const absl::Status& status) {
  // Nothing after a failed commit may leave this process, not even a goodbye.
  spdlog::critical(
      "cannot make events durable, stopping at once: {}; when the cause is gone, start again: nothing that was "
      "acknowledged is lost",
      std::string(status.message()));
  spdlog::default_logger()->flush();
  std::_Exit(kExitFatal);
}

absl::Status Serve(const Options& options, const sigset_t& signals) {
  // First of all: where the port is taken, no state directory is left behind.
  MOTE_RETURN_IF_ERROR(TryListening(options.listen));
  MOTE_ASSIGN_OR_RETURN(const StateDir dir, StateDir::Open(options.state_dir));
  MOTE_ASSIGN_OR_RETURN(const auto artifacts, ArtifactStore::Open(dir.artifacts_path(), options.disk_reserve_bytes));
  MOTE_ASSIGN_OR_RETURN(const auto ledger, Ledger::Open(dir.ledger_path(), {.bytes_max = options.ledger_bytes}));
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal, OpenJournal(options, dir));
  if (const absl::Status reserve = artifacts->CheckReserve(); !reserve.ok()) {
    spdlog::warn("no new jobs or artifacts are taken: {}", std::string(reserve.message()));
  }

  const FairPolicy policy(options.block_tasks);
  CoreOptions core_options;
  core_options.policy = &policy;
  core_options.partial_bytes_max = options.partial_bytes;
  MOTE_ASSIGN_OR_RETURN(core_options.heartbeat_timeout, WorkerLimit(options));
  MOTE_ASSIGN_OR_RETURN(core_options.retention, Retention(options));
  Core core(core_options, BuiltinPlanners());
  Loop* loop_address = nullptr;  // the server and the loop need each other
  RpcServer rpc(BuiltinPlanners(), *artifacts, *ledger, [&loop_address](std::vector<Command> commands) {
    return loop_address != nullptr && loop_address->Post(std::move(commands));
  });
  ReleaseToNetwork sink(rpc);
  Loop loop({}, core, *journal, *artifacts, *ledger, sink, EndAtOnce);
  MOTE_RETURN_IF_ERROR(loop.Recover());
  loop_address = &loop;
  loop.Start();

  DiskWatch disk([&artifacts] { return artifacts->Space(); },
                 [&loop](Command command) { return loop.Post(std::move(command)); });
  absl::StatusOr<std::string> address = rpc.Start(options.listen);
  if (address.ok()) {
    if (!IsLoopback(options.listen)) {
      spdlog::warn("--insecure: anyone who reaches {} may submit jobs and read results, unencrypted", *address);
    }
    spdlog::info("mote-coordinator {}, state in {}", kVersion, dir.path());
    std::printf("listening on %s\n", address->c_str());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::info("{}: stopping", signal == SIGINT ? "SIGINT" : "SIGTERM");
  }
  rpc.BeginStop();
  loop.Stop();
  rpc.Stop();
  return address.status();
}

int Main(int argc, char** argv) {
  KeepFreedBuffers();
  spdlog::set_default_logger(spdlog::stderr_color_mt("mote-coordinator"));
  Options options;
  options.state_dir = DefaultStateDir();
  CLI::App app("Accepts jobs, leases their tasks to workers, and keeps what is done.", "mote-coordinator");
  Declare(&app, &options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (const absl::Status status = Check(options); !status.ok()) {
    std::fprintf(stderr, "mote-coordinator: %s\n", std::string(status.message()).c_str());
    return kExitUsage;
  }

  // Before any thread exists: all of them then leave these signals to sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  AllowManyOpenFiles();  // one for each worker and client

  const absl::Status status = Serve(options, signals);
  if (status.ok()) return 0;
  std::fprintf(stderr, "mote-coordinator: %s\n", std::string(status.message()).c_str());
  return absl::IsUnavailable(status) || absl::IsFailedPrecondition(status) ? kExitUnavailable : kExitFatal;
}

}  // namespace
}  // namespace mote::coordinator

int main(int argc, char** argv) { return mote::coordinator::Main(argc, argv); }
