// A coordinator of a few lines, in this process: blobs in a map, one job that steps
// through the states it was told.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/client.h"
#include "mote/v1/artifact_service.grpc.pb.h"
#include "mote/v1/job_service.grpc.pb.h"

namespace mote::client {

class FakeArtifacts final : public v1::ArtifactService::Service {
 public:
  grpc::Status PutBlob(grpc::ServerContext*, grpc::ServerReader<v1::PutBlobRequest>* reader,
                       v1::PutBlobResponse* response) override {
    v1::PutBlobRequest request;
    std::string digest;
    std::string bytes;
    bool first = true;
    while (reader->Read(&request)) {
      if (first != !request.digest().empty() || request.chunk().size() > (1 << 20)) {
        return {grpc::StatusCode::INVALID_ARGUMENT, "the digest belongs into the first message; chunks have 1 MiB"};
      }
      if (first) digest = request.digest();
      first = false;
      bytes += request.chunk();
    }
    const std::lock_guard lock(mutex_);
    ++puts_;
    if (Sha256(bytes).Raw() != digest) return {grpc::StatusCode::INVALID_ARGUMENT, "wrong digest"};
    response->set_size(static_cast<int64_t>(bytes.size()));
    blobs_[digest] = std::move(bytes);
    return grpc::Status::OK;
  }

  grpc::Status GetBlob(grpc::ServerContext*, const v1::GetBlobRequest* request,
                       grpc::ServerWriter<v1::GetBlobResponse>* writer) override {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(request->digest());
    if (found == blobs_.end()) return {grpc::StatusCode::NOT_FOUND, "not stored here"};
    for (size_t at = 0; at < found->second.size(); at += 1 << 20) {
      v1::GetBlobResponse response;
      response.set_chunk(found->second.substr(at, 1 << 20));
      writer->Write(response);
    }
    return grpc::Status::OK;
  }

  grpc::Status FindMissingBlobs(grpc::ServerContext*, const v1::FindMissingBlobsRequest* request,
                                v1::FindMissingBlobsResponse* response) override {
    const std::lock_guard lock(mutex_);
    for (const std::string& digest : request->digests()) {
      if (blobs_.count(digest) == 0) response->add_missing(digest);
    }
    return grpc::Status::OK;
  }

  int puts() {
    const std::lock_guard lock(mutex_);
    return puts_;
  }
  // Changes a stored byte.
  void Damage(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    blobs_.at(std::string(digest.Raw()))[0] ^= 1;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> blobs_;
  int puts_ = 0;
};

class FakeJobs final : public v1::JobService::Service {
 public:
  grpc::Status SubmitJob(grpc::ServerContext*, const v1::SubmitJobRequest* request,
                         v1::SubmitJobResponse* response) override {
    const std::lock_guard lock(mutex_);
    if (unavailable_ > 0) {
      --unavailable_;
      return {grpc::StatusCode::UNAVAILABLE, "starting"};
    }
    if (request->job().stages().empty()) return {grpc::StatusCode::INVALID_ARGUMENT, "stages: is empty"};
    const auto [found, is_new] = ids_.try_emplace(request->request_id(), ids_.size() + 1);
    response->set_job_id(found->second);
    if (is_new) jobs_[found->second] = MakeJob(found->second, request->job().name());
    return grpc::Status::OK;
  }

  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override {
    const std::lock_guard lock(mutex_);
    const size_t from = request->page_token().empty() ? 0 : std::stoul(request->page_token());
    size_t i = 0;
    for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job, ++i) {
      if (i < from) continue;
      // Pages of two, whatever was asked for.
      if (response->jobs_size() == std::min(2, request->page_size())) {
        response->set_next_page_token(std::to_string(i));
        break;
      }
      *response->add_jobs() = job->second;
    }
    return grpc::Status::OK;
  }

  // Versions 5 to 1 of one bundle, in pages of two, whatever was asked for.
  grpc::Status ListBundles(grpc::ServerContext*, const v1::ListBundlesRequest* request,
                           v1::ListBundlesResponse* response) override {
    const int from = request->page_token().empty() ? 5 : std::stoi(request->page_token());
    for (int version = from; version > std::max(0, from - 2); --version) {
      response->add_bundles()->set_version(version);
    }
    if (from > 2) response->set_next_page_token(std::to_string(from - 2));
    return grpc::Status::OK;
  }

  // One step of the job a message; the stream breaks after `break_after` of them.
  grpc::Status WatchJob(grpc::ServerContext* context, const v1::WatchJobRequest* request,
                        grpc::ServerWriter<v1::Job>* writer) override {
    std::unique_lock lock(mutex_);
    const auto found = jobs_.find(request->job_id());
    if (found == jobs_.end()) return {grpc::StatusCode::NOT_FOUND, "no job 7; `mote jobs` lists them"};
    for (int sent = 0;; ++sent) {
      if (sent == break_after_) return {grpc::StatusCode::UNAVAILABLE, "stopping"};
      v1::Job& job = found->second;
      writer->Write(job);
      if (IsTerminal(job.state())) return grpc::Status::OK;
      while (forever_ && !context->IsCancelled()) {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
      }
      if (context->IsCancelled()) return grpc::Status::CANCELLED;
      if (--steps_ <= 0) job.set_state(end_state_);
    }
  }

  void EndIn(int steps, v1::JobState state, int break_after = -1) {
    const std::lock_guard lock(mutex_);
    steps_ = steps;
    end_state_ = state;
    break_after_ = break_after;
  }
  void RunForever() {
    const std::lock_guard lock(mutex_);
    forever_ = true;
  }
  void BeUnavailable(int times) {
    const std::lock_guard lock(mutex_);
    unavailable_ = times;
  }

 private:
  static v1::Job MakeJob(uint64_t id, const std::string& name) {
    v1::Job job;
    job.set_id(id);
    job.set_name(name);
    job.set_state(v1::JOB_STATE_RUNNING);
    return job;
  }

  std::mutex mutex_;
  std::map<std::string, uint64_t> ids_;
  std::map<uint64_t, v1::Job> jobs_;
  int steps_ = 1;
  v1::JobState end_state_ = v1::JOB_STATE_SUCCEEDED;
  int break_after_ = -1;
  bool forever_ = false;
  int unavailable_ = 0;
};

// The services and a client, connected in memory.
class FakeCoordinator {
 public:
  explicit FakeCoordinator(ConnectOptions options = {}) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&artifacts);
    builder.RegisterService(&jobs);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<Client>(server_->InProcessChannel({}), "fake:1", options);
  }
  ~FakeCoordinator() {
    client_.reset();
    server_->Shutdown();
  }

  Client& client() { return *client_; }

  FakeArtifacts artifacts;
  FakeJobs jobs;

 private:
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

}  // namespace mote::client
