#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/commands.h"
#include "client/commands/job_session.h"
#include "client/text/log_text.h"
#include "client/text/quantities.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(500);

struct LogsOptions {
  std::string of;  // a job's id, or a worker's name
  bool follow = false;
  OutputFormat format = OutputFormat::kTable;
};

// Prints what is new in the workers' logs, in the order of time.
class LogPrinter {
 public:
  LogPrinter(Client& client, uint64_t job_id, OutputFormat format)
      : client_(client), job_id_(job_id), format_(format) {}

  // A worker that is away or does not answer is told of once, and asked again next time.
  absl::Status PrintNew(const std::vector<std::string>& workers) {
    std::vector<std::pair<std::string, v1::LogLine>> lines;
    for (const std::string& worker : workers) {
      const absl::Status read = ReadNew(worker, &lines);
      if (read.ok() || (workers.size() == 1 && job_id_ == 0)) {
        MOTE_RETURN_IF_ERROR(read);
      } else if (!std::exchange(failed_[worker], true)) {
        std::cerr << "mote: " << worker << ": " << std::string(read.message()) << "\n";
      }
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const auto& a, const auto& b) { return TimeOf(a.second.time()) < TimeOf(b.second.time()); });
    for (const auto& [worker, line] : lines) Print(worker, line);
    std::cout.flush();
    return absl::OkStatus();
  }

  bool printed_any() const { return printed_any_; }

 private:
  absl::Status ReadNew(const std::string& worker, std::vector<std::pair<std::string, v1::LogLine>>* lines) {
    int64_t& after = after_[worker];
    for (bool more = true; more;) {
      MOTE_ASSIGN_OR_RETURN(v1::ReadLogResponse log, client_.ReadLog(worker, job_id_, after));
      if (log.cut()) std::cerr << "mote: older lines of worker " << worker << " are gone; it keeps 256 KiB a slot\n";
      // A worker that was started anew counts from 1 again.
      after = log.last();
      more = log.more();
      for (v1::LogLine& line : *log.mutable_lines()) lines->emplace_back(worker, std::move(line));
    }
    return absl::OkStatus();
  }

  void Print(const std::string& worker, const v1::LogLine& line) {
    printed_any_ = true;
    if (format_ == OutputFormat::kJson) {
      std::cout << LogLineJson(worker, line).dump(-1, ' ', false, OrderedJson::error_handler_t::replace) << "\n";
    } else {
      std::cout << LogLineText(worker, line) << "\n";
    }
  }

  Client& client_;
  const uint64_t job_id_;
  const OutputFormat format_;
  std::map<std::string, int64_t> after_;
  std::map<std::string, bool> failed_;
  bool printed_any_ = false;
};

absl::StatusOr<std::vector<std::string>> ConnectedWorkers(Client& client) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, client.ListWorkers());
  std::vector<std::string> names;
  for (const v1::Worker& worker : workers) {
    if (worker.state() != "lost") names.push_back(worker.name());
  }
  return names;
}

absl::Status OfJob(Client& client, uint64_t id, const LogsOptions& options) {
  LogPrinter printer(client, id, options.format);
  for (;;) {
    // Asked before the lines are: none of an ended job is missed.
    MOTE_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(id));
    MOTE_ASSIGN_OR_RETURN(const std::vector<std::string> workers, ConnectedWorkers(client));
    MOTE_RETURN_IF_ERROR(printer.PrintNew(workers));
    if (!options.follow || IsTerminal(job.state())) break;
    absl::SleepFor(kPollInterval);
  }
  if (!printer.printed_any()) {
    std::cerr << "mote: the workers that are connected keep no line that an engine wrote for job " << id
              << "; `mote explain " << id << "` has the last lines of attempts that failed\n";
  }
  return absl::OkStatus();
}

absl::Status OfWorker(Client& client, const LogsOptions& options) {
  LogPrinter printer(client, 0, options.format);
  for (;;) {
    MOTE_RETURN_IF_ERROR(printer.PrintNew({options.of}));
    if (!options.follow) return absl::OkStatus();
    absl::SleepFor(kPollInterval);
  }
}

absl::Status PrintLogs(Client& client, const LogsOptions& options) {
  uint64_t job_id = 0;
  const bool is_id = std::all_of(options.of.begin(), options.of.end(), absl::ascii_isdigit);
  if (is_id && absl::SimpleAtoi(options.of, &job_id)) return OfJob(client, job_id, options);
  return OfWorker(client, options);
}

}  // namespace

void AddLogs(CLI::App* app, Invocation* invocation) {
  const auto options = std::make_shared<LogsOptions>();
  CLI::App* command = app->add_subcommand("logs", "What the engines of a job, or of a worker, wrote");
  command->add_option("JOB|WORKER", options->of, "A job's id, or a worker's name")->required();
  command->add_flag("-f,--follow", options->follow, "Go on until the job has ended, or Ctrl-C");
  AddFormat(command, &options->format, {"table", "json"});
  command->callback([=] {
    invocation->body = [=] { return WithClient(*invocation, [=](Client& c) { return PrintLogs(c, *options); }); };
  });
}

}  // namespace mote::client
