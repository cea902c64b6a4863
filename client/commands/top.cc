#include "client/text/top.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/text/terminal.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

// Newest first; older ones that still run are rare, and a list of all takes its time.
constexpr int kJobsMax = 2000;
constexpr int kHeightUnknown = 50;

struct TopOptions {
  double interval_seconds = 2;
  int count = 0;
};

absl::Status Show(Client& client, const TopOptions& options) {
  const int height = TerminalHeight(STDOUT_FILENO);
  // Not a terminal: one screen with rates, which takes two looks.
  const int looks = options.count > 0 ? options.count : height > 0 ? 0 : 2;
  Top top;
  for (int look = 1; looks == 0 || look <= looks; ++look) {
    MOTE_ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, client.ListJobs(kJobsMax));
    MOTE_ASSIGN_OR_RETURN(std::vector<v1::Worker> workers, client.ListWorkers());
    top.Observe(std::move(jobs), std::move(workers), absl::Now());
    const std::string screen = top.Screen(client.address(), height > 0 ? height - 1 : kHeightUnknown);
    if (height > 0) {
      std::cout << "\x1b[H\x1b[J" << screen << std::flush;
    } else if (look == looks || options.count > 0) {
      std::cout << screen << std::flush;
    }
    if (look != looks) absl::SleepFor(absl::Seconds(options.interval_seconds));
  }
  return absl::OkStatus();
}

}  // namespace

void AddTop(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<TopOptions>();
  CLI::App* command = app->add_subcommand("top", "Show running jobs and workers with their rates, refreshed");
  command->add_option("--interval", options->interval_seconds, "Seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_option("--count", options->count, "Looks before it ends; 0: until Ctrl-C")
      ->check(CLI::NonNegativeNumber);
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return Show(c, *options); }); };
  });
}

}  // namespace mote::client
