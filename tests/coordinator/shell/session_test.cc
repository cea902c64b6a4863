#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "common/version.h"
#include "coordinator/convert/wire.h"
#include "mote/v1/job_service.grpc.pb.h"
#include "mote/v1/worker_service.grpc.pb.h"
#include "tests/coordinator/shell/events.h"
#include "tests/coordinator/shell/rpc_harness.h"

namespace mote::coordinator {
namespace {

// One worker's end of a session.
class FakeWorker {
 public:
  explicit FakeWorker(RpcHarness& rpc)
      : stub_(v1::WorkerService::NewStub(rpc.channel())), stream_(stub_->Session(&context_)) {}

  bool Send(const v1::SessionRequest& request) { return stream_->Write(request); }
  bool SayHello(const std::string& version = kVersion) {
    v1::SessionRequest request;
    v1::Hello& hello = *request.mutable_hello();
    hello.set_version(version);
    hello.set_worker("w1");
    hello.add_slots()->set_device("cpu");
    (*hello.mutable_labels())["zone"] = "a";
    *hello.add_held() = ToProto(SomeToken());
    return Send(request);
  }
  // The next message; waits for it.
  v1::SessionResponse Receive() {
    if (received_.empty()) Read();
    v1::SessionResponse response = std::move(received_.front());
    received_.pop_front();
    return response;
  }
  // How many messages of the session came in the next one of the stream.
  int ReadSeveral() {
    Read();
    return static_cast<int>(received_.size());
  }
  // Reads what is left and returns how the stream ended.
  grpc::Status End() {
    v1::SessionResponse response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish();
  }
  void Leave() { stream_->WritesDone(); }
  void Vanish() { context_.TryCancel(); }

 private:
  void Read() {
    v1::SessionResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    const auto more = std::move(*response.mutable_more());
    response.clear_more();
    received_.push_back(std::move(response));
    received_.insert(received_.end(), more.begin(), more.end());
  }

  std::unique_ptr<v1::WorkerService::Stub> stub_;
  grpc::ClientContext context_;
  std::deque<v1::SessionResponse> received_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::SessionRequest, v1::SessionResponse>> stream_;
};

v1::SessionRequest HeartbeatOf(uint64_t sequence) {
  v1::SessionRequest request;
  request.mutable_heartbeat()->set_sequence(sequence);
  return request;
}

TEST(Session, MessagesOfAWorkerBecomeCommandsInTheirOrder) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  for (uint64_t i = 1; i <= 3; ++i) worker.Send(HeartbeatOf(i));
  v1::SessionRequest report;
  *report.mutable_report()->mutable_token() = ToProto(SomeToken());
  *report.mutable_report()->mutable_cost() = ToProto(SomeCost());
  *report.mutable_report()->add_nodes() = ToProto(Node{{1, 10}, "partial"});
  *report.mutable_report()->mutable_fault() = ToProto(SomeFailure());
  worker.Send(report);
  v1::SessionRequest down;
  down.mutable_slot_state()->set_slot(1);
  down.mutable_slot_state()->set_reason("no such device");
  worker.Send(down);

  const auto hello = rpc.mailbox().Next<WorkerHello>();
  EXPECT_EQ(hello.worker, "w1");
  EXPECT_EQ(hello.labels.at("zone"), "a");
  EXPECT_THAT(hello.held, testing::ElementsAre(SomeToken()));
  for (uint64_t i = 1; i <= 3; ++i) {
    const auto heartbeat = rpc.mailbox().Next<WorkerHeartbeat>();
    EXPECT_EQ(heartbeat.sequence, i);
    EXPECT_EQ(heartbeat.session, hello.session);
  }
  const auto reported = rpc.mailbox().Next<WorkerReport>();
  EXPECT_EQ(reported.token, SomeToken());
  EXPECT_EQ(reported.cost, SomeCost());
  EXPECT_THAT(reported.nodes, testing::ElementsAre(Node{{1, 10}, "partial"}));
  EXPECT_EQ(reported.failure, SomeFailure());
  const auto slot = rpc.mailbox().Next<WorkerSlotState>();
  EXPECT_EQ(slot.slot, 1);
  EXPECT_FALSE(slot.ready);
  EXPECT_EQ(slot.reason, "no such device");
}

TEST(Session, EffectsReachTheWorkerInTheirOrder) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
  rpc.Release(SendWelcome{session, {3}, absl::Seconds(1), {{SomeToken(), SomeToken()}}});
  rpc.Release(SendLease{session, SomeToken(), 1, std::make_shared<PassSpec>(SomePass()), absl::Seconds(60), true});
  rpc.Release(SendAck{session, SomeToken()});
  rpc.Release(SendRevoke{session, SomeToken()});
  rpc.Release(SendDropPass{session, {9}});
  rpc.Release(SendHeartbeatAck{session, 5});
  rpc.Release(SendDrain{session});

  const v1::SessionResponse welcome = worker.Receive();
  EXPECT_EQ(welcome.welcome().epoch(), 3u);
  EXPECT_EQ(welcome.welcome().version(), kVersion);
  EXPECT_EQ(*FromProto(welcome.welcome().kept(0).token()), SomeToken());
  const v1::SessionResponse lease = worker.Receive();
  EXPECT_EQ(*FromProto(lease.lease().pass()), SomePass());
  EXPECT_EQ(lease.lease().slot(), 1);
  EXPECT_EQ(lease.lease().task_timeout().seconds(), 60);
  EXPECT_TRUE(lease.lease().volatile_());
  EXPECT_EQ(*FromProto(worker.Receive().ack().token()), SomeToken());
  EXPECT_EQ(*FromProto(worker.Receive().revoke().token()), SomeToken());
  EXPECT_EQ(worker.Receive().drop_pass().pass(), 9u);
  EXPECT_EQ(worker.Receive().heartbeat_ack().sequence(), 5u);
  EXPECT_TRUE(worker.Receive().has_drain());
}

TEST(Session, WhatIsReadyTogetherIsSentTogetherAndReadInItsOrder) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
  std::vector<Effect> effects;
  for (uint64_t i = 1; i <= 3; ++i) effects.push_back(SendHeartbeatAck{session, i});
  rpc.server().Release(std::move(effects));
  EXPECT_EQ(worker.ReadSeveral(), 3);
  for (uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(worker.Receive().heartbeat_ack().sequence(), i);

  v1::SessionRequest request = HeartbeatOf(1);
  *request.add_more() = HeartbeatOf(2);
  *request.add_more() = HeartbeatOf(3);
  worker.Send(request);
  for (uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(rpc.mailbox().Next<WorkerHeartbeat>().sequence, i);
}

TEST(Session, AMessageWithinAnotherHasNoneOfItsOwn) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  v1::SessionRequest request = HeartbeatOf(1);
  *request.add_more()->add_more() = HeartbeatOf(2);
  worker.Send(request);
  EXPECT_THAT(worker.End(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "more"));
}

TEST(Session, LeaseThatIsTooLargeToSendIsRefusedToTheCore) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
  auto pass = std::make_shared<PassSpec>(SomePass());
  pass->parameters = std::string(300 << 10, ' ');
  rpc.Release(SendLease{session, SomeToken(), 1, pass, absl::Seconds(60), true});
  const auto refused = rpc.mailbox().Next<LeaseRefused>();
  EXPECT_EQ(refused.token, SomeToken());
  EXPECT_THAT(refused.why, testing::HasSubstr("shorten the stage's parameters"));
  rpc.Release(SendHeartbeatAck{session, 5});
  EXPECT_EQ(worker.Receive().heartbeat_ack().sequence(), 5u) << "the session goes on";
}

TEST(Session, WhatWasQueuedIsSentBeforeTheStreamIsClosed) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
  for (uint64_t i = 1; i <= 100; ++i) rpc.Release(SendHeartbeatAck{session, i});
  rpc.Release(CloseSession{session, absl::AlreadyExistsError("a newer stream took over")});
  for (uint64_t i = 1; i <= 100; ++i) EXPECT_EQ(worker.Receive().heartbeat_ack().sequence(), i);
  EXPECT_THAT(worker.End(), GrpcFails(grpc::StatusCode::ALREADY_EXISTS, "newer stream"));
  EXPECT_EQ(rpc.mailbox().Next<SessionClosed>().session, session);
}

TEST(Session, AnotherVersionIsRefusedAndSaysWhatToDo) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello("0.0.9");
  EXPECT_THAT(worker.End(), GrpcFails(grpc::StatusCode::FAILED_PRECONDITION, "install the same version"));
  rpc.mailbox().Next<SessionClosed>();
  EXPECT_TRUE(rpc.mailbox().empty());
}

TEST(Session, MalformedMessagesEndTheStreamAndAreNamed) {
  v1::SessionRequest outside = HeartbeatOf(1);
  outside.mutable_report()->mutable_token()->mutable_block()->set_level(99);
  v1::SessionRequest big;
  big.mutable_report()->add_nodes()->set_partial(std::string(300 << 10, 'x'));
  v1::SessionRequest slot;
  slot.mutable_slot_state()->set_slot(-1);
  v1::SessionRequest again;
  again.mutable_hello()->set_version(kVersion);
  const std::pair<v1::SessionRequest, std::string> cases[] = {{outside, "report.block: level 99"},
                                                              {big, "at most 262144"},
                                                              {slot, "slot_state.slot: -1"},
                                                              {v1::SessionRequest(), "none of hello"},
                                                              {again, "hello: sent twice"}};
  for (const auto& [message, named] : cases) {
    RpcHarness rpc;
    FakeWorker worker(rpc);
    worker.SayHello();
    worker.Send(message);
    EXPECT_THAT(worker.End(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, named));
    const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
    EXPECT_EQ(rpc.mailbox().Next<SessionClosed>().session, session);
  }
}

TEST(Session, AWorkerThatReadsTooSlowlyIsDroppedAndCostsBoundedMemory) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
  FakeWorker other(rpc);
  other.SayHello();
  const SessionId other_session = rpc.mailbox().Next<WorkerHello>().session;
  auto pass = std::make_shared<PassSpec>(SomePass());
  pass->parameters.assign(200 << 10, 'p');
  // 60 MB for one that reads nothing; the bound is 32 MB.
  for (int i = 0; i < 300; ++i) rpc.Release(SendLease{session, SomeToken(), 0, pass, absl::Seconds(60), false});
  EXPECT_EQ(rpc.mailbox().Next<SessionClosed>().session, session);
  rpc.Release(SendHeartbeatAck{other_session, 5});
  EXPECT_EQ(other.Receive().heartbeat_ack().sequence(), 5u) << "nobody else notices";
  EXPECT_FALSE(worker.End().ok());
}

TEST(Session, HelloComesFirst) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.Send(HeartbeatOf(1));
  EXPECT_THAT(worker.End(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "first message must be hello"));
}

TEST(Session, AWorkerThatVanishesIsReportedOnce) {
  RpcHarness rpc;
  for (const bool politely : {true, false}) {
    FakeWorker worker(rpc);
    worker.SayHello();
    const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
    politely ? worker.Leave() : worker.Vanish();
    EXPECT_EQ(rpc.mailbox().Next<SessionClosed>().session, session);
    worker.End();
    EXPECT_TRUE(rpc.mailbox().empty());
  }
}

TEST(Session, AClosedStreamIsReportedLateRatherThanNever) {
  RpcHarness rpc;
  FakeWorker worker(rpc);
  worker.SayHello();
  const SessionId session = rpc.mailbox().Next<WorkerHello>().session;
  rpc.mailbox().SetFull(true);
  worker.Send(HeartbeatOf(1));
  EXPECT_THAT(worker.End(), GrpcFails(grpc::StatusCode::UNAVAILABLE, "retry"));
  rpc.mailbox().SetFull(false);
  while (rpc.mailbox().empty()) rpc.server().Release({});  // the loop's next batches
  EXPECT_EQ(rpc.mailbox().Next<SessionClosed>().session, session);
}

TEST(Session, StoppingEndsItAndSaysToReconnect) {
  RpcHarness rpc(0, "127.0.0.1:0");  // closing an in-process transport may overtake the status
  FakeWorker worker(rpc);
  worker.SayHello();
  rpc.mailbox().Next<WorkerHello>();
  grpc::Status end;
  std::thread reader([&] { end = worker.End(); });
  rpc.server().Stop();
  reader.join();
  EXPECT_THAT(end, GrpcFails(grpc::StatusCode::UNAVAILABLE, "reconnect"));
}

}  // namespace
}  // namespace mote::coordinator
