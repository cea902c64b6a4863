// mote-many-workers: the sessions of many workers in one process.
//
//   mote-many-workers HOST:PORT COUNT STORE_DIR
//
// Each worker has a connection, a session and a stream of its own, by the code of mote-worker;
// what they are leased is run by one engine's block runner that all share, one block after
// another. Prints "welcomed" once all are, and serves until its standard input ends.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/files/blob_files.h"
#include "common/files/open_files.h"
#include "worker/engine/block_runner.h"
#include "worker/supervisor/clock.h"
#include "worker/supervisor/convert.h"
#include "worker/supervisor/hear.h"
#include "worker/supervisor/mailbox.h"
#include "worker/supervisor/session_stream.h"

namespace mote::worker {
namespace {

// Sessions are looked after so often: heartbeats, reconnects.
constexpr absl::Duration kTick = absl::Milliseconds(50);

// Runs the blocks of all workers. Not thread-safe.
class SharedEngine {
 public:
  explicit SharedEngine(std::unique_ptr<BlobFiles> files) : files_(std::move(files)) {}

  void Define(uint64_t pass, PassSpec spec) { passes_.Define(pass, std::move(spec)); }
  void Forget(uint64_t pass) { passes_.Drop(pass); }

  Report Run(uint64_t pass, const RunLease& lease) {
    const absl::Time begin = LoopNow();
    engine::BlockResult result = runner_.Run({lease.lease, pass, lease.block});
    Report report;
    report.nodes = std::move(result.nodes);
    report.cost = std::move(result.cost);
    report.fault = std::move(result.fault);
    report.task_columns = std::move(result.task_columns);
    report.ended = LoopNow();
    report.slot_time = report.ended - begin;
    return report;
  }

 private:
  engine::KernelLibrary library_{""};
  engine::PassTable passes_{library_, {}};
  const std::unique_ptr<BlobFiles> files_;
  const std::atomic<bool> cancelled_ = false;
  engine::EngineContext context_{
      *files_, [](const Digest&) -> absl::StatusOr<int64_t> { return absl::UnavailableError("no blobs here"); },
      cancelled_};
  wire::TaskMark mark_{};
  const std::atomic<int64_t> end_max_ = INT64_MAX;
  engine::BlockRunner runner_{passes_, context_, mark_, end_max_};
};

// One worker: what mote-worker's supervisor does between its session and its stream.
class Member {
 public:
  Member(const std::string& coordinator, int number, Mailbox& mailbox, SharedEngine& engine)
      : number_(static_cast<uint64_t>(number)), mailbox_(mailbox), engine_(engine), session_({.seed = number_}) {
    options_.name = absl::StrCat("member-", number);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    stub_ = mote::v1::WorkerService::NewStub(
        grpc::CreateCustomChannel(coordinator, grpc::InsecureChannelCredentials(), arguments));
    engine_description_.set_device("cpu");
    engine_description_.set_numeric_class("cpu:simulated");
    engine_description_.set_memory_bytes(int64_t{1} << 30);
  }

  void Tick(absl::Time now) {
    if (now >= session_.NextTick()) Perform(session_.OnTick(now));
    if (stream_ != nullptr) stream_->Flush();
  }
  bool welcomed() const { return session_.ready(); }

 private:
  void Perform(Actions actions) {
    for (const Action& action : actions) {
      std::visit([this](const auto& what) { Do(what); }, action);
    }
  }

  void Do(const Connect& action) {
    const uint64_t stream = ++streams_;
    SessionStream::Listener listener;
    listener.on_message = [this, stream](mote::v1::SessionResponse response) {
      mailbox_.Post([this, stream, response = std::move(response)] { OnResponse(stream, response); });
    };
    listener.on_closed = [this, stream](const grpc::Status&) {
      mailbox_.Post([this, stream] {
        if (stream != streams_) return;
        stream_.reset();
        Perform(session_.OnDisconnected(LoopNow()));
      });
    };
    stream_ = std::make_unique<SessionStream>(*stub_, HelloMessage(options_, {engine_description_}, action, ""),
                                              std::move(listener));
  }

  void OnResponse(uint64_t stream, const mote::v1::SessionResponse& response) {
    if (stream != streams_ || stream_ == nullptr) return;
    const absl::Time now = LoopNow();
    Perform(Hear(session_, response, now));
    for (const mote::v1::SessionResponse& next : response.more()) Perform(Hear(session_, next, now));
    if (stream_ != nullptr) stream_->Flush();
  }

  void Send(mote::v1::SessionRequest message) {
    if (stream_ != nullptr) stream_->Send(std::move(message));
  }

  uint64_t KeyOf(uint64_t pass) const { return number_ << 32 | pass; }

  void Do(const RunLease& action) {
    Perform(session_.OnFinished(action.lease, engine_.Run(KeyOf(action.pass), action)));
  }
  void Do(const DefinePass& action) { engine_.Define(KeyOf(action.pass), action.spec); }
  void Do(const ForgetPass& action) { engine_.Forget(KeyOf(action.pass)); }
  void Do(const SendReport& action) { Send(ReportMessage(*action.report, options_.name, LoopNow())); }
  void Do(const SendHeartbeat& action) { Send(HeartbeatMessage(action)); }
  void Do(const SendSlotState& action) { Send(SlotStateMessage(action)); }
  void Do(const Disconnect&) { stream_->Cancel(); }
  // Blocks end before they could be cut, and nothing else is asked of these workers.
  void Do(const CancelLease&) {}
  void Do(const ShortenLease&) {}
  void Do(const ReleasePartials&) {}
  void Do(const SendLog&) {}
  void Do(const SendDraining&) {}
  void Do(const SendGoodbye&) {}
  void Do(const Exit&) {}

  const uint64_t number_;
  Mailbox& mailbox_;
  SharedEngine& engine_;
  Options options_;
  Session session_;
  mote::engine::v1::Ready engine_description_;
  std::unique_ptr<mote::v1::WorkerService::Stub> stub_;
  std::unique_ptr<SessionStream> stream_;
  uint64_t streams_ = 0;
};

[[noreturn]] void ExitWithInput() {
  while (std::getchar() != EOF) continue;
  std::_Exit(0);
}

[[noreturn]] void Serve(const std::string& coordinator, int count, std::unique_ptr<BlobFiles> files) {
  AllowManyOpenFiles();
  SharedEngine engine(std::move(files));
  Mailbox mailbox(1 << 20);
  std::vector<std::unique_ptr<Member>> members;
  for (int i = 0; i < count; ++i) members.push_back(std::make_unique<Member>(coordinator, i, mailbox, engine));
  std::thread(ExitWithInput).detach();
  bool told = false;
  absl::Time next_tick = absl::InfinitePast();
  while (true) {
    const absl::Time now = LoopNow();
    if (now >= next_tick) {
      int welcomed = 0;
      for (const std::unique_ptr<Member>& member : members) {
        member->Tick(now);
        welcomed += member->welcomed();
      }
      next_tick = now + kTick;
      if (!told && welcomed == count) {
        std::puts("welcomed");
        std::fflush(stdout);
        told = true;
      }
    }
    mailbox.Run(std::max(absl::ZeroDuration(), next_tick - LoopNow()));
  }
}

}  // namespace
}  // namespace mote::worker

int main(int argc, char** argv) {
  const int count = argc == 4 ? std::atoi(argv[2]) : 0;
  if (count < 1) {
    std::fprintf(stderr, "usage: mote-many-workers HOST:PORT COUNT STORE_DIR\n");
    return 2;
  }
  auto files = mote::BlobFiles::Open(argv[3]);
  if (!files.ok()) {
    std::fprintf(stderr, "mote-many-workers: %s\n", files.status().ToString().c_str());
    return 1;
  }
  mote::worker::Serve(argv[1], count, *std::move(files));
}
