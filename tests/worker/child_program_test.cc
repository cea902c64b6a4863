#include "worker/engine/child_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <string>

#include "worker/wire/descendants.h"

namespace mote::engine {
namespace {

using ::testing::HasSubstr;

class FakeContext final : public TaskContext, private BlobSink {
 public:
  absl::StatusOr<std::string_view> Read(const Digest&, std::shared_ptr<const void>*) override {
    return absl::UnavailableError("no blobs here");
  }
  BlobSink& blobs() override { return *this; }
  bool cancelled() const override { return is_cancelled; }
  void AddPhase(Phase, int64_t) override {}
  void AddStagedBytes(int64_t) override {}
  bool is_cancelled = false;

 private:
  Digest Store(std::string bytes) override { return Sha256(bytes); }
};

std::unique_ptr<ChildProgram> Shell(const std::string& script) {
  auto program = ChildProgram::Start({"sh", "-c", script}, "/");
  EXPECT_TRUE(program.ok()) << program.status();
  return *std::move(program);
}

std::string Failure(ChildProgram& program) {
  FakeContext context;
  const auto answer = program.Exchange("{}", context);
  EXPECT_TRUE(absl::IsInvalidArgument(answer.status())) << answer.status();
  return std::string(answer.status().message());
}

TEST(ChildProgram, AnswersLineByLineAndKeepsItsState) {
  FakeContext context;
  const auto program = Shell("n=0; while read -r line; do n=$((n+1)); echo \"$n:$line\"; done");
  EXPECT_EQ(*program->Exchange("a", context), "1:a");
  EXPECT_EQ(*program->Exchange("b", context), "2:b");
}

TEST(ChildProgram, LinesLargerThanAPipePassBothWays) {
  FakeContext context;
  auto program = ChildProgram::Start({"cat"}, "/");
  ASSERT_TRUE(program.ok());
  const std::string line(1 << 20, 'x');
  EXPECT_EQ(*(*program)->Exchange(line, context), line);
}

TEST(ChildProgram, ProgramThatDoesNotExistNamesItAndTheRemedy) {
  const auto program = ChildProgram::Start({"no-such-program-here"}, "/");
  EXPECT_TRUE(absl::IsFailedPrecondition(program.status()));
  EXPECT_THAT(std::string(program.status().message()), HasSubstr("no-such-program-here"));
}

TEST(ChildProgram, ExitWithoutAnswerTellsStatusAndStderr) {
  const auto program = Shell("read -r line; echo 'lost my weights' >&2; exit 3");
  const std::string message = Failure(*program);
  EXPECT_THAT(message, HasSubstr("exit status 3"));
  EXPECT_THAT(message, HasSubstr("lost my weights"));
}

TEST(ChildProgram, UnfinishedLineIsQuoted) {
  const auto program = Shell("read -r line; printf 'half a li'");
  EXPECT_THAT(Failure(*program), HasSubstr("half a li"));
}

TEST(ChildProgram, DeathBySignalIsNamed) {
  const auto program = Shell("read -r line; kill -SEGV $$");
  EXPECT_THAT(Failure(*program), HasSubstr("signal 11"));
}

TEST(ChildProgram, SecondLineForOneRowIsAnError) {
  FakeContext context;
  const auto program = Shell("read -r line; printf '1\\n2\\n'; read -r line; cat");
  EXPECT_EQ(*program->Exchange("{}", context), "1");
  EXPECT_THAT(Failure(*program), HasSubstr("more than one line"));
}

TEST(ChildProgram, MuchStderrDoesNotBlockItAndTheTailIsKept) {
  FakeContext context;
  const auto program = Shell("read -r line; head -c 300000 /dev/zero | tr '\\0' x >&2; echo END >&2; echo 1");
  EXPECT_EQ(*program->Exchange("{}", context), "1");
  EXPECT_LE(program->StderrTail().size(), 4200u);
}

TEST(ChildProgram, WhatItStartedInASessionOfItsOwnEndsWithIt) {
  wire::AdoptOrphans();
  FakeContext context;
  auto program = Shell("read -r line; setsid sh -c 'echo $$; exec sleep 1000 >/dev/null 2>&1'");
  const pid_t daemon = static_cast<pid_t>(std::stol(*program->Exchange("{}", context)));
  ASSERT_EQ(kill(daemon, 0), 0);
  program.reset();
  EXPECT_EQ(kill(daemon, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProgram, RevokedLeaseEndsTheWait) {
  FakeContext context;
  context.is_cancelled = true;
  const auto program = Shell("cat >/dev/null");
  EXPECT_TRUE(absl::IsCancelled(program->Exchange("{}", context).status()));
}

}  // namespace
}  // namespace mote::engine
