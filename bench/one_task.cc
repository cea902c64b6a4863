// mote-one-task: jobs of one no-op each, for bench/one_task.py and bench/queued_work.py.
//
//   mote-one-task ADDRESS COUNT            submits and waits for each result, one after another
//   mote-one-task ADDRESS COUNT --queue    submits only
//
// Prints one JSON object; latencies in milliseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "client/client.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

using Clock = std::chrono::steady_clock;

v1::JobSpec OneTask() {
  v1::JobSpec spec;
  spec.set_name("one task");
  v1::Stage& stage = *spec.add_stages();
  stage.set_name("work");
  stage.mutable_operation()->set_name("noop");
  stage.mutable_tasks()->set_count(1);
  v1::OutputSpec& output = *spec.add_outputs();
  output.set_name("answer");
  output.set_from("work");
  return spec;
}

// Until the result is in the caller's hand.
absl::Status RunOne(Client& client) {
  MOTE_ASSIGN_OR_RETURN(const uint64_t id, client.SubmitJob(OneTask(), NewRequestId()));
  v1::Job last;
  MOTE_RETURN_IF_ERROR(client.WatchJob(id, [&](const v1::Job& job) {
    last = job;
    return true;
  }));
  if (last.state() != v1::JOB_STATE_SUCCEEDED || last.outputs_size() != 1) {
    return absl::InternalError("a job of one no-op did not succeed with one output");
  }
  return client.ReadOutput(last.outputs(0)).status();
}

absl::Status Run(const std::string& address, int count, bool queue) {
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Connect(address));
  std::vector<double> milliseconds;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    if (queue) {
      MOTE_RETURN_IF_ERROR(client->SubmitJob(OneTask(), NewRequestId()).status());
    } else {
      MOTE_RETURN_IF_ERROR(RunOne(*client));
    }
    milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf("{\"count\": %d, \"p50_ms\": %.4f, \"p99_ms\": %.4f}\n", count, milliseconds[milliseconds.size() / 2],
              milliseconds[milliseconds.size() * 99 / 100]);
  return absl::OkStatus();
}

}  // namespace
}  // namespace mote::client

int main(int argc, char** argv) {
  const int count = argc > 2 ? std::atoi(argv[2]) : 0;
  const bool queue = argc == 4 && std::strcmp(argv[3], "--queue") == 0;
  if (count < 1 || argc > 4 || (argc == 4 && !queue)) {
    std::fprintf(stderr, "usage: mote-one-task ADDRESS COUNT [--queue]\n");
    return 2;
  }
  const absl::Status status = mote::client::Run(argv[1], count, queue);
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
