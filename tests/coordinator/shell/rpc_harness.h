// A real gRPC server in this process with a mailbox that tests read, and effects
// that tests release: the core is played by the test.
#pragma once

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "common/check.h"
#include "coordinator/plan/registry.h"
#include "coordinator/rpc/rpc_server.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {

// What services posted. Thread-safe.
class FakeMailbox {
 public:
  bool Post(std::vector<Command> commands) {
    const std::lock_guard lock(mutex_);
    if (full_) return false;
    for (Command& command : commands) commands_.push_back(std::move(command));
    arrived_.notify_all();
    return true;
  }
  void SetFull(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  // The next command, which must be of this kind; waits for it.
  template <class Kind>
  Kind Next() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !commands_.empty(); });
    const Command command = std::move(commands_.front());
    commands_.pop_front();
    const Kind* expected = std::get_if<Kind>(&command);
    MOTE_CHECK(expected != nullptr, "the next command is of the kind that the test expects");
    return *expected;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return commands_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Command> commands_;
  bool full_ = false;
};

class RpcHarness {
 public:
  // `address`: empty for a channel within the process.
  explicit RpcHarness(int64_t disk_reserve_bytes = 0, const std::string& address = "")
      : store_(*ArtifactStore::Open(dir_ / "artifacts", disk_reserve_bytes)),
        ledger_(*Ledger::Open(dir_ / "ledger", {})),
        server_(BuiltinPlanners(), *store_, *ledger_,
                [this](std::vector<Command> commands) { return mailbox_.Post(std::move(commands)); }) {
    const absl::StatusOr<std::string> started = server_.Start(address);
    MOTE_CHECK(started.ok(), "the server starts");
    channel_ = address.empty() ? server_.InProcessChannel()
                               : grpc::CreateChannel(*started, grpc::InsecureChannelCredentials());
  }

  FakeMailbox& mailbox() { return mailbox_; }
  ArtifactStore& store() { return *store_; }
  Ledger& ledger() { return *ledger_; }
  RpcServer& server() { return server_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  const TempDir& dir() const { return dir_; }

  void Release(Effect effect) { server_.Release({std::move(effect)}); }
  // Answers the next command, which must be of this kind.
  template <class Kind, class Answer>
  Kind AnswerNext(Answer answer) {
    Kind command = mailbox_.Next<Kind>();
    Release(Reply{command.call, absl::OkStatus(), std::move(answer)});
    return command;
  }

 private:
  TempDir dir_;
  FakeMailbox mailbox_;
  std::unique_ptr<ArtifactStore> store_;
  std::unique_ptr<Ledger> ledger_;
  RpcServer server_;
  std::shared_ptr<grpc::Channel> channel_;
};

MATCHER(GrpcOk, "") {
  *result_listener << arg.error_code() << " " << arg.error_message();
  return arg.ok();
}

// The code, and a piece of the message.
MATCHER_P2(GrpcFails, code, piece, "") {
  *result_listener << arg.error_code() << " " << arg.error_message();
  return arg.error_code() == code && arg.error_message().find(piece) != std::string::npos;
}

}  // namespace mote::coordinator
