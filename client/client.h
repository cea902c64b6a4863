// The C++ client of a coordinator: jobs, workers and artifacts.
//
//   MOTE_ASSIGN_OR_RETURN(auto client, Client::Connect("localhost:7070"));
//   MOTE_ASSIGN_OR_RETURN(uint64_t id, client->SubmitJob(spec, NewRequestId()));
//   MOTE_RETURN_IF_ERROR(client->WatchJob(id, [](const v1::Job& job) { return true; }));
//
// Every call blocks. UNAVAILABLE is retried with back-off for `retry_for` (the
// coordinator is starting again), then returned with the address and the remedy; the
// other codes are those of proto/mote/v1/job_service.proto, unchanged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/inputs/input_files.h"
#include "common/artifact.h"
#include "mote/v1/job_service.pb.h"
#include "mote/v1/ledger.pb.h"

namespace grpc {
class ChannelInterface;
}

namespace mote::client {

struct ConnectOptions {
  absl::Duration connect_timeout = absl::Seconds(5);  // for Connect
  absl::Duration call_timeout = absl::Seconds(60);    // for one answer (not for WatchJob)
  absl::Duration retry_for = absl::Seconds(30);       // UNAVAILABLE after Connect; zero: not at all
};

// Thread-safe.
class Client {
 public:
  // Unavailable: nobody listens at `address` ("HOST:PORT"), told at once.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(const std::string& address, ConnectOptions options = {});
  // Over a channel of the caller's (tests: Server::InProcessChannel); `address` is for messages.
  Client(std::shared_ptr<grpc::ChannelInterface> channel, std::string address, ConnectOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& address() const;

  // The job's id; durable when this returns. The same `request_id` and job again give
  // the same id, so a call may be repeated.
  absl::StatusOr<uint64_t> SubmitJob(const v1::JobSpec& job, const std::string& request_id);
  absl::StatusOr<v1::ValidateJobResponse> ValidateJob(const v1::JobSpec& job);
  absl::StatusOr<v1::Job> GetJob(uint64_t job_id);
  // The job with what went wrong in it. `task` ≥ 0: and where that task stands, in
  // `stage` or, if that is empty, wherever there is one.
  absl::StatusOr<v1::ExplainJobResponse> ExplainJob(uint64_t job_id, int64_t task = -1, const std::string& stage = "");
  // All jobs, newest first, at most `limit` (0: all).
  absl::StatusOr<std::vector<v1::Job>> ListJobs(int limit = 0);
  absl::StatusOr<v1::Job> CancelJob(uint64_t job_id);
  // FailedPrecondition: nothing of it failed, or it has not ended.
  absl::StatusOr<v1::Job> RetryJob(uint64_t job_id);
  absl::StatusOr<v1::ListOperationsResponse> ListOperations();
  // By name, the newest version first. `name` empty: all; `tenant` empty: "default". NotFound: no
  // bundle is called so.
  absl::StatusOr<std::vector<v1::Bundle>> ListBundles(const std::string& name, const std::string& tenant);
  absl::StatusOr<std::vector<v1::Worker>> ListWorkers();
  // What the worker's engines wrote; `job_id` 0: for any job. Lines after number `after`.
  absl::StatusOr<v1::ReadLogResponse> ReadLog(const std::string& worker, uint64_t job_id, int64_t after);
  // What the attempts at a job's blocks cost, in the order of their reports. With
  // `task_columns` also of each task: a byte or so for each in memory.
  absl::StatusOr<std::vector<v1::LedgerEntry>> ReadLedger(uint64_t job_id, bool task_columns);
  absl::Status DrainWorker(const std::string& worker);

  // Calls `on_change` with the job now and after each change, until it has ended or
  // `on_change` returns false. A broken stream is opened again.
  absl::Status WatchJob(uint64_t job_id, const std::function<bool(const v1::Job&)>& on_change);
  // Ends every call that runs or comes, with Cancelled. From any thread.
  void CancelCalls();

  // Stores a file, cut into blobs; sends only what the coordinator lacks.
  //
  // Returns
  //   NotFound, InvalidArgument  no such file, or not a regular one
  //   Aborted                    the file changed while it was read: try again
  //   ResourceExhausted          the coordinator's disk reserve is reached
  absl::StatusOr<ArtifactRef> PutFile(const std::string& path);
  absl::StatusOr<ArtifactRef> PutBytes(std::string_view bytes);

  // The same for an input's files, unpacked and joined (inputs/input_text.h).
  absl::StatusOr<ArtifactRef> PutInput(const InputFiles& files);

  // What PutFile and PutInput would answer, without sending anything.
  static absl::StatusOr<ArtifactRef> HashFile(const std::string& path);
  static absl::StatusOr<ArtifactRef> HashInput(const InputFiles& files);

  // One blob, verified. NotFound: not stored (any more).
  absl::StatusOr<std::string> ReadBlob(const BlobRef& blob);
  // The content in order, in pieces of at most kBlobBytesMax. Stops at the first
  // error of `sink`, which is returned.
  absl::Status ReadArtifact(const ArtifactRef& artifact, const std::function<absl::Status(std::string_view)>& sink);
  // The content of an output as it stands (an encoded dataset, JSON text, bytes), in memory.
  absl::StatusOr<std::string> ReadOutput(const v1::OutputStatus& output);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

// Succeeded, partly quarantined, failed or cancelled.
bool IsTerminal(v1::JobState state);

// 32 random hexadecimal digits.
std::string NewRequestId();

}  // namespace mote::client
