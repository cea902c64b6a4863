// The real mote-engine behind a real socket.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/dataset.h"
#include "common/files/blob_files.h"
#include "mote/engine/v1/engine.pb.h"
#include "proto/convert/pass_convert.h"
#include "tests/worker/temporary_directory.h"
#include "worker/wire/frame.h"
#include "worker/wire/task_mark.h"

extern char** environ;

namespace mote::engine {
namespace {

namespace pb = mote::engine::v1;
using ::testing::HasSubstr;

// One engine process and the supervisor's end of its socket.
class EngineUnderTest {
 public:
  EngineUnderTest() {
    int sockets[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (scratch() + "/stderr").c_str(), O_CREAT | O_WRONLY,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], 3);
    std::vector<std::string> arguments = {MOTE_ENGINE,    "--store-dir=" + store(), "--scratch-dir=" + scratch(),
                                          "--device=cpu", "--allow-commands",       "--allow-test-operations"};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, MOTE_ENGINE, &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(sockets[1]);
    socket_ = std::make_unique<wire::FrameSocket>(sockets[0]);
    ready_ = Next().ready();
  }
  ~EngineUnderTest() {
    if (pid_ != 0) kill(pid_, SIGKILL);
    WaitForEnd();
  }

  void Define(uint64_t pass, const PassSpec& spec) {
    pb::SupervisorMessage message;
    message.mutable_define_pass()->set_pass(pass);
    *message.mutable_define_pass()->mutable_spec() = wire::ToProto(spec);
    EXPECT_TRUE(socket_->Send(message).ok());
  }
  // The number of the lease.
  uint64_t Run(uint64_t pass, Block block) {
    pb::SupervisorMessage message;
    message.mutable_run_block()->set_lease(++leases_);
    message.mutable_run_block()->set_pass(pass);
    *message.mutable_run_block()->mutable_block() = wire::ToProto(block);
    EXPECT_TRUE(socket_->Send(message).ok());
    return leases_;
  }
  void Cancel(uint64_t lease) {
    pb::SupervisorMessage message;
    message.mutable_cancel_block()->set_lease(lease);
    EXPECT_TRUE(socket_->Send(message).ok());
  }
  void Send(const pb::SupervisorMessage& message) { EXPECT_TRUE(socket_->Send(message).ok()); }
  // The next message; one that is not set when the engine is gone.
  pb::EngineMessage Next() {
    pb::EngineMessage message;
    const auto open = socket_->Receive(&message);
    return open.ok() && *open ? message : pb::EngineMessage();
  }
  int WaitForEnd() {
    if (pid_ != 0) waitpid(std::exchange(pid_, 0), &status_, 0);
    return status_;
  }

  const pb::Ready& ready() const { return ready_; }
  std::string scratch() const { return scratch_.path(); }
  // One for all tests, as workers of a machine share it: making it takes a while.
  static BlobFiles& blobs() {
    static const std::unique_ptr<BlobFiles> blobs = *BlobFiles::Open(store() + "/blobs");
    return *blobs;
  }

 private:
  static const std::string& store() {
    static const TemporaryDirectory store;
    return store.path();
  }

  TemporaryDirectory scratch_;
  std::unique_ptr<wire::FrameSocket> socket_;
  pb::Ready ready_;
  pid_t pid_ = 0;
  int status_ = 0;
  uint64_t leases_ = 0;
};

PassSpec Pass(std::string kernel, std::string parameters, int64_t task_count, std::string reducer = "count") {
  PassSpec spec;
  spec.kernel = std::move(kernel);
  spec.parameters = std::move(parameters);
  spec.task_count = task_count;
  spec.reducer = std::move(reducer);
  return spec;
}

TEST(EngineProcess, SaysWhatItIsFirst) {
  EngineUnderTest engine;
  EXPECT_EQ(engine.ready().device(), "cpu");
  EXPECT_THAT(engine.ready().numeric_class(), HasSubstr("cpu:"));
}

TEST(EngineProcess, RunsBlocksInTheOrderInWhichTheyArrive) {
  EngineUnderTest engine;
  engine.Define(1, Pass("noop", "{}", 1000));
  engine.Define(2, Pass("echo", R"({"bytes":16})", 10, "concat"));
  engine.Run(1, {5, 3});
  engine.Run(2, {1, 2});
  const pb::EngineMessage first = engine.Next();
  EXPECT_EQ(first.block_done().lease(), 1u);
  EXPECT_EQ(first.block_done().cost().tasks(), 32);
  ASSERT_EQ(first.block_done().nodes_size(), 1);
  const pb::EngineMessage second = engine.Next();
  EXPECT_EQ(second.block_done().lease(), 2u);
  EXPECT_FALSE(second.block_done().has_fault()) << second.block_done().fault().message();
  EXPECT_EQ(second.block_done().cost().tasks(), 2);
}

TEST(EngineProcess, TwoEnginesComputeTheSameBits) {
  EngineUnderTest one, two;
  const PassSpec spec = Pass("random_sum", R"({"seed":3,"values":50})", 64, "sum");
  std::vector<std::string> partials;
  for (EngineUnderTest* engine : {&one, &two}) {
    engine->Define(9, spec);
    engine->Run(9, {6, 0});
    const pb::EngineMessage done = engine->Next();
    ASSERT_EQ(done.block_done().nodes_size(), 1) << done.block_done().fault().message();
    partials.push_back(done.block_done().nodes(0).partial());
  }
  EXPECT_FALSE(partials[0].empty());
  EXPECT_EQ(partials[0], partials[1]);
}

TEST(EngineProcess, PingIsAnsweredDuringALongTask) {
  EngineUnderTest engine;
  engine.Define(1, Pass("sleep", R"({"duration":"1h"})", 4));
  const uint64_t lease = engine.Run(1, {0, 2});
  const auto mark = wire::MappedTaskMark::Open(engine.scratch() + "/task_mark");
  ASSERT_TRUE(mark.ok());
  while ((*mark)->mark().lease.load() != lease) std::this_thread::yield();  // the compute thread begins
  pb::SupervisorMessage ping;
  ping.mutable_ping()->set_sequence(7);
  engine.Send(ping);
  const pb::EngineMessage answer = engine.Next();
  ASSERT_TRUE(answer.has_pong());
  EXPECT_EQ(answer.pong().sequence(), 7u);
  engine.Cancel(lease);
  const pb::EngineMessage done = engine.Next();
  EXPECT_TRUE(done.block_done().cancelled());
}

TEST(EngineProcess, QueuedBlockCanBeCancelledWhileAnotherRuns) {
  EngineUnderTest engine;
  engine.Define(1, Pass("sleep", R"({"duration":"1h"})", 4));
  const uint64_t running = engine.Run(1, {0, 0});
  const uint64_t queued = engine.Run(1, {0, 1});
  engine.Cancel(queued);
  engine.Cancel(running);
  const pb::EngineMessage first = engine.Next(), second = engine.Next();
  EXPECT_TRUE(first.block_done().cancelled());
  EXPECT_TRUE(second.block_done().cancelled());
}

TEST(EngineProcess, CrashClosesTheSocketAndTheMarkNamesTheTask) {
  EngineUnderTest engine;
  engine.Define(1, Pass("misbehave", R"({"how":"crash","tasks":[5]})", 8));
  const uint64_t lease = engine.Run(1, {3, 0});
  EXPECT_EQ(engine.Next().message_case(), pb::EngineMessage::MESSAGE_NOT_SET);
  const int status = engine.WaitForEnd();
  EXPECT_TRUE(WIFSIGNALED(status));
  const auto mark = wire::MappedTaskMark::Open(engine.scratch() + "/task_mark");
  ASSERT_TRUE(mark.ok());
  EXPECT_EQ((*mark)->mark().lease.load(), lease);
  EXPECT_EQ((*mark)->mark().task.load(), 5);
}

TEST(EngineProcess, TaskThatIsOutOfMemoryIsReportedAndTheEngineLives) {
  EngineUnderTest engine;
  engine.Define(1, Pass("misbehave", R"({"how":"oom","tasks":[1]})", 2));
  engine.Run(1, {1, 0});
  const pb::EngineMessage failed = engine.Next();
  EXPECT_EQ(failed.block_done().fault().kind(), mote::v1::FAULT_KIND_OUT_OF_MEMORY);
  EXPECT_EQ(failed.block_done().fault().task(), 1);
  engine.Run(1, {0, 0});
  EXPECT_FALSE(engine.Next().block_done().has_fault());
}

TEST(EngineProcess, UnknownKernelIsUnavailableHereAndMayBeElsewhere) {
  EngineUnderTest engine;
  engine.Define(1, Pass("no_such_kernel", "{}", 1));
  engine.Run(1, {0, 0});
  const pb::EngineMessage done = engine.Next();
  EXPECT_EQ(done.block_done().fault().kind(), mote::v1::FAULT_KIND_UNAVAILABLE);
  EXPECT_THAT(done.block_done().fault().message(), HasSubstr("no_such_kernel"));
}

TEST(EngineProcess, BlobThatItLacksIsAskedForAndReadOnceItIsThere) {
  EngineUnderTest engine;
  const std::string text = "first\nsecond\n";
  const Digest digest = Sha256(text);
  Dataset dataset;
  dataset.format = DatasetFormat::kText;
  dataset.schema = Schema{{{"line", DType::kText, 1}}};
  dataset.rows = 2;
  dataset.source = {digest, static_cast<int64_t>(text.size()), false};
  dataset.chunks = {{0, 0}};
  dataset.name = "lines.txt";
  PassSpec spec = Pass("command", R"({"files":[],"protocol":"jsonl","rows_per_task":1,"run":["cat"]})", 2, "concat");
  spec.inputs["input"].bytes = dataset.Encode();
  engine.Define(1, spec);
  engine.Run(1, {1, 0});
  const pb::EngineMessage asked = engine.Next();
  ASSERT_TRUE(asked.has_blob_request()) << asked.DebugString();
  EXPECT_EQ(asked.blob_request().digest(), digest.Raw());
  EXPECT_TRUE(engine.blobs().Write(digest, text, false).ok());
  pb::SupervisorMessage reply;
  reply.mutable_blob_reply()->set_request(asked.blob_request().request());
  reply.mutable_blob_reply()->set_network_bytes(static_cast<int64_t>(text.size()));
  engine.Send(reply);
  const pb::EngineMessage done = engine.Next();
  EXPECT_FALSE(done.block_done().has_fault()) << done.block_done().fault().message();
  EXPECT_EQ(done.block_done().cost().network_bytes(), static_cast<int64_t>(text.size()));
  EXPECT_EQ(done.block_done().cost().tasks(), 2);
}

TEST(EngineProcess, ProgramThatPrintsNonsenseIsBlamedWithTheRow) {
  EngineUnderTest engine;
  const std::string text = "only\n";
  EXPECT_TRUE(engine.blobs().Write(Sha256(text), text, false).ok());
  Dataset dataset;
  dataset.format = DatasetFormat::kText;
  dataset.schema = Schema{{{"line", DType::kText, 1}}};
  dataset.rows = 1;
  dataset.source = {Sha256(text), static_cast<int64_t>(text.size()), false};
  dataset.chunks = {{0, 0}};
  PassSpec spec =
      Pass("command",
           R"({"files":[],"protocol":"jsonl","rows_per_task":1,"run":["sh","-c","read l; echo hello world; cat"]})", 1,
           "concat");
  spec.inputs["input"].bytes = dataset.Encode();
  engine.Define(1, spec);
  engine.Run(1, {0, 0});
  const pb::EngineMessage done = engine.Next();
  EXPECT_EQ(done.block_done().fault().kind(), mote::v1::FAULT_KIND_APPLICATION);
  EXPECT_THAT(done.block_done().fault().message(), HasSubstr("row 0"));
  EXPECT_THAT(done.block_done().fault().message(), HasSubstr("hello world"));
}

TEST(EngineProcess, EndsWhenTheSupervisorSaysSoEvenDuringATask) {
  EngineUnderTest engine;
  engine.Define(1, Pass("misbehave", R"({"how":"hang","tasks":[0]})", 1));
  engine.Run(1, {0, 0});
  pb::SupervisorMessage message;
  message.mutable_shutdown();
  engine.Send(message);
  const int status = engine.WaitForEnd();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace mote::engine
