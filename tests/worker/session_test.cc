#include "worker/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mote::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Time kStart = absl::UnixEpoch();

LeaseToken Token(uint64_t epoch, uint64_t pass, int64_t block, uint32_t attempt = 1) {
  return {Epoch{epoch}, JobId{1}, PassId{pass}, Block{0, block}, attempt};
}

Lease Grant(const LeaseToken& token, bool with_pass = true, int slot = 0) {
  Lease lease;
  lease.token = token;
  lease.slot = slot;
  lease.task_timeout = absl::Seconds(60);
  if (with_pass) {
    PassSpec spec;
    spec.kernel = "noop";
    spec.task_count = 100;
    lease.pass = spec;
  }
  return lease;
}

Report Done(std::string partial = "p") {
  Report report;
  report.nodes.push_back({Block{0, 0}, std::move(partial)});
  return report;
}

// What was asked for, one word an action: tests compare transcripts.
std::string Describe(const Action& action) {
  struct Words {
    static std::string Number(uint64_t n) { return " " + std::to_string(n); }
    std::string operator()(const Connect& a) { return "connect" + Number(a.held.size()); }
    std::string operator()(const Disconnect&) { return "disconnect"; }
    std::string operator()(const SendReport& a) {
      return "report" + Number(a.report->token.epoch.value) + Number(a.report->token.pass.value) +
             Number(static_cast<uint64_t>(a.report->token.block.index));
    }
    std::string operator()(const SendHeartbeat& a) { return "heartbeat" + Number(a.sequence); }
    std::string operator()(const SendSlotState& a) {
      return "slot" + Number(static_cast<uint64_t>(a.slot)) + (a.ready ? " ready" : " down");
    }
    std::string operator()(const SendLog& a) { return "log" + Number(a.read.request); }
    std::string operator()(const SendDraining&) { return "draining"; }
    std::string operator()(const SendGoodbye&) { return "goodbye"; }
    std::string operator()(const DefinePass& a) { return "define" + Number(a.pass); }
    std::string operator()(const ForgetPass& a) { return "forget" + Number(a.pass); }
    std::string operator()(const RunLease& a) { return "run" + Number(a.lease) + " of" + Number(a.pass); }
    std::string operator()(const ReleasePartials& a) {
      return "release" + Number(a.tree.value) + (a.artifact ? " one" : " all");
    }
    std::string operator()(const CancelLease& a) { return "cancel" + Number(a.lease); }
    std::string operator()(const ShortenLease& a) {
      return "shorten" + Number(a.lease) + " to" + Number(static_cast<uint64_t>(a.end));
    }
    std::string operator()(const Exit&) { return "exit"; }
  };
  return std::visit(Words(), action);
}

std::vector<std::string> Describe(const Actions& actions) {
  std::vector<std::string> words;
  for (const Action& action : actions) words.push_back(Describe(action));
  return words;
}

Welcome WelcomeTo(uint64_t epoch, std::vector<Welcome::Kept> kept = {}) {
  return {Epoch{epoch}, absl::Seconds(1), std::move(kept)};
}

// A session whose stream is open in epoch 1.
struct Connected {
  explicit Connected(SessionOptions options = {}) : session(options) {
    EXPECT_THAT(Describe(session.OnTick(now)), ElementsAre("connect 0"));
    EXPECT_THAT(session.OnWelcome(WelcomeTo(1), now), IsEmpty());
  }
  // Loses the stream and says Hello on a new one.
  std::vector<std::string> Reconnect() {
    session.OnDisconnected(now);
    now = session.NextTick();
    return Describe(session.OnTick(now));
  }
  absl::Time now = kStart;
  Session session;
};

TEST(Session, FirstLeaseOfAPassDefinesItAndTheNextDoesNot) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnLease(Grant(Token(1, 5, 0)), c.now)), ElementsAre("define 1", "run 1 of 1"));
  EXPECT_THAT(Describe(c.session.OnLease(Grant(Token(1, 5, 1), false), c.now)), ElementsAre("run 2 of 1"));
}

TEST(Session, LeaseOfAPassThatWasNeverDefinedEndsTheStream) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnLease(Grant(Token(1, 5, 0), false), c.now)), ElementsAre("disconnect"));
  EXPECT_EQ(c.session.held_count(), 0u);
}

TEST(Session, LeaseForASlotThatDoesNotExistEndsTheStream) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnLease(Grant(Token(1, 5, 0), true, 1), c.now)), ElementsAre("disconnect"));
}

TEST(Session, LeaseThatIsHeldAlreadyIsNotRunTwice) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  EXPECT_THAT(c.session.OnLease(Grant(Token(1, 5, 0)), c.now), IsEmpty());
}

TEST(Session, FinishedLeaseIsReportedUnderItsTokenAndForgottenOnAck) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 3)), c.now);
  EXPECT_THAT(Describe(c.session.OnFinished(1, Done())), ElementsAre("report 1 5 3"));
  EXPECT_EQ(c.session.unacknowledged_bytes(), 1);
  EXPECT_THAT(c.session.OnAck(Token(1, 5, 3), c.now), IsEmpty());
  EXPECT_EQ(c.session.held_count(), 0u);
  EXPECT_EQ(c.session.unacknowledged_bytes(), 0);
}

TEST(Session, UnacknowledgedReportIsSentAgainAfterAReconnect) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 3)), c.now);
  c.session.OnFinished(1, Done());
  EXPECT_THAT(c.Reconnect(), ElementsAre("connect 1"));
  EXPECT_THAT(Describe(c.session.OnWelcome(WelcomeTo(1, {{Token(1, 5, 3), Token(1, 5, 3)}}), c.now)),
              ElementsAre("report 1 5 3"));
}

TEST(Session, LeaseFinishedWhileTheCoordinatorWasAwayIsReportedUnderItsNewToken) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 3)), c.now);
  c.session.OnDisconnected(c.now);
  EXPECT_THAT(c.session.OnFinished(1, Done()), IsEmpty());
  c.now = c.session.NextTick();
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("connect 1"));
  EXPECT_THAT(Describe(c.session.OnWelcome(WelcomeTo(2, {{Token(1, 5, 3), Token(2, 9, 3)}}), c.now)),
              ElementsAre("report 2 9 3"));
  c.session.OnAck(Token(2, 9, 3), c.now);
  EXPECT_EQ(c.session.held_count(), 0u);
}

TEST(Session, RunningLeaseGoesOnUnderItsNewTokenAndItsPassIsNotDefinedAgain) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 3)), c.now);
  c.Reconnect();
  EXPECT_THAT(c.session.OnWelcome(WelcomeTo(2, {{Token(1, 5, 3), Token(2, 9, 3)}}), c.now), IsEmpty());
  EXPECT_THAT(Describe(c.session.OnFinished(1, Done())), ElementsAre("report 2 9 3"));
  EXPECT_THAT(Describe(c.session.OnLease(Grant(Token(2, 9, 4)), c.now)), ElementsAre("run 2 of 1"));
}

TEST(Session, LeasesThatARestartedCoordinatorDoesNotKeepAreCancelledWithTheirPasses) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  c.session.OnLease(Grant(Token(1, 6, 0)), c.now);
  c.session.OnLease(Grant(Token(1, 6, 1)), c.now);
  c.session.OnFinished(3, Done());
  c.Reconnect();
  EXPECT_THAT(Describe(c.session.OnWelcome(WelcomeTo(2, {{Token(1, 5, 0), Token(2, 5, 0)}}), c.now)),
              ElementsAre("cancel 2", "forget 2"));
  EXPECT_EQ(c.session.held_count(), 1u);
  EXPECT_EQ(c.session.unacknowledged_bytes(), 0);
}

// A pass number of the new epoch may be one that meant something else in the old.
TEST(Session, PassNumberOfANewEpochIsDefinedAnew) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  c.Reconnect();
  c.session.OnWelcome(WelcomeTo(2, {{Token(1, 5, 0), Token(2, 7, 0)}}), c.now);
  EXPECT_THAT(Describe(c.session.OnLease(Grant(Token(2, 5, 0)), c.now)), ElementsAre("define 2", "run 2 of 2"));
}

TEST(Session, LogIsSentOnTheStreamThatAskedForItOnly) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnReadLog({7, JobId{1}, 0}, c.now)), ElementsAre("log 7"));
  c.session.OnDisconnected(c.now);
  EXPECT_THAT(c.session.OnReadLog({8, JobId{1}, 0}, c.now), IsEmpty());
}

TEST(Session, RevokedLeaseIsCancelledAndItsLateResultIgnored) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  EXPECT_THAT(Describe(c.session.OnRevoke(Token(1, 5, 0), c.now)), ElementsAre("cancel 1"));
  EXPECT_THAT(c.session.OnFinished(1, Done()), IsEmpty());
}

TEST(Session, DroppedPassCancelsItsLeasesAndIsForgotten) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  c.session.OnLease(Grant(Token(1, 6, 0)), c.now);
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{5}, c.now)), ElementsAre("cancel 1", "forget 1"));
  EXPECT_TRUE(c.session.Holds(2));
}

TEST(Session, OldestReportsAreForgottenBeyondTheBound) {
  SessionOptions options;
  options.unacknowledged_bytes_max = 10;
  Connected c(options);
  for (int64_t block = 0; block < 3; ++block) c.session.OnLease(Grant(Token(1, 5, block)), c.now);
  for (uint64_t lease = 1; lease <= 3; ++lease) c.session.OnFinished(lease, Done("12345"));
  EXPECT_EQ(c.session.unacknowledged_bytes(), 10);
  EXPECT_EQ(c.session.dropped_reports(), 1u);
  EXPECT_FALSE(c.session.Holds(1));
  EXPECT_TRUE(c.session.Holds(2));
}

TEST(Session, HeartbeatsFollowTheIntervalOfTheWelcome) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("heartbeat 1"));
  EXPECT_THAT(c.session.OnTick(c.now + absl::Milliseconds(999)), IsEmpty());
  EXPECT_EQ(c.session.NextTick(), c.now + absl::Seconds(1));
  EXPECT_THAT(Describe(c.session.OnTick(c.now + absl::Seconds(1))), ElementsAre("heartbeat 2"));
}

TEST(Session, SilentStreamIsGivenUpOnceAndThenReopened) {
  Connected c;
  c.now += SessionOptions().silence_max;
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("disconnect"));
  EXPECT_THAT(c.session.OnTick(c.now), Not(testing::Contains(testing::VariantWith<Disconnect>(testing::_))));
  EXPECT_THAT(c.Reconnect(), ElementsAre("connect 0"));
}

TEST(Session, HeartbeatAckKeepsTheStream) {
  Connected c;
  c.now += absl::Seconds(6);
  c.session.OnHeartbeatAck(absl::ZeroDuration(), c.now);
  c.now += absl::Seconds(6);
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("heartbeat 1"));
}

TEST(Session, HeartbeatsFollowTheIntervalOfTheLastAnswer) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("heartbeat 1"));
  c.session.OnHeartbeatAck(absl::Seconds(20), c.now);
  EXPECT_THAT(c.session.OnTick(c.now + absl::Seconds(19)), IsEmpty()) << "nor is the coordinator's silence too long";
  c.now += absl::Seconds(20);
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("heartbeat 2"));
  c.session.OnHeartbeatAck(absl::Seconds(2), c.now);
  EXPECT_EQ(c.session.NextTick(), c.now + absl::Seconds(2));
}

TEST(Session, ReconnectsWaitLongerWithEveryFailure) {
  Connected c;
  absl::Duration last;
  for (int i = 0; i < 5; ++i) {
    c.session.OnDisconnected(c.now);
    const absl::Duration wait = c.session.NextTick() - c.now;
    EXPECT_GE(wait, last / 2 * 1.0) << i;
    EXPECT_THAT(c.session.OnTick(c.now), IsEmpty());
    c.now = c.session.NextTick();
    EXPECT_THAT(c.session.OnTick(c.now), SizeIs(1));
    last = wait;
  }
  EXPECT_GE(last, absl::Milliseconds(800));
}

TEST(Session, SlotThatLostItsEngineIsAnnouncedAgainAfterAReconnect) {
  Connected c;
  EXPECT_THAT(Describe(c.session.OnSlotState(0, false)), ElementsAre("slot 0 down"));
  EXPECT_THAT(c.session.OnSlotState(0, false), IsEmpty());
  const Actions told = c.session.OnSlotState(0, false, "no such device");
  ASSERT_EQ(told.size(), 1u) << "a new reason is news";
  EXPECT_EQ(std::get<SendSlotState>(told[0]).reason, "no such device");
  c.Reconnect();
  EXPECT_THAT(Describe(c.session.OnWelcome(WelcomeTo(1), c.now)), ElementsAre("slot 0 down"));
  EXPECT_THAT(Describe(c.session.OnSlotState(0, true)), ElementsAre("slot 0 ready"));
}

TEST(Session, DrainFinishesWhatIsHeldAndThenSaysGoodbye) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  EXPECT_THAT(Describe(c.session.OnDrain(c.now)), ElementsAre("draining"));
  EXPECT_THAT(c.session.OnDrain(c.now), IsEmpty());
  EXPECT_THAT(Describe(c.session.OnFinished(1, Done())), ElementsAre("report 1 5 0"));
  EXPECT_THAT(Describe(c.session.OnAck(Token(1, 5, 0), c.now)), ElementsAre("goodbye", "exit"));
}

TEST(Session, DrainWithNothingHeldExitsAtOnceEvenWithoutACoordinator) {
  Session session(SessionOptions{});
  EXPECT_THAT(Describe(session.OnDrain(kStart)), ElementsAre("exit"));
}

TEST(Session, DrainingWithAFinishedReportWaitsForTheCoordinatorButNotForEver) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 0)), c.now);
  c.session.OnDisconnected(c.now);
  c.session.OnFinished(1, Done());
  EXPECT_THAT(c.session.OnDrain(c.now), IsEmpty());
  c.session.OnTick(c.session.NextTick());
  c.now += SessionOptions().drain_patience;
  EXPECT_THAT(Describe(c.session.OnTick(c.now)), ElementsAre("exit"));
}

TEST(Session, ShortenReachesTheEngineUnlessTheLeaseIsFinishedOrUnknown) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 5, 3)), c.now);
  EXPECT_THAT(Describe(c.session.OnShorten(Token(1, 5, 3), 7, c.now)), ElementsAre("shorten 1 to 7"));
  EXPECT_THAT(c.session.OnShorten(Token(1, 5, 4), 7, c.now), IsEmpty());
  c.session.OnFinished(1, Done());
  EXPECT_THAT(c.session.OnShorten(Token(1, 5, 3), 7, c.now), IsEmpty());
}

Report Kept() {
  Report report;
  report.nodes.push_back({Block{0, 0}, std::nullopt, ArtifactRef{Sha256("p"), 8'000'000, true}, "w1"});
  return report;
}

TEST(Session, KeptPartialsAreReleasedWithTheirPass) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 7, 0)), c.now);
  c.session.OnFinished(1, Kept());
  c.session.OnAck(Token(1, 7, 0), c.now);
  EXPECT_THAT(Describe(c.session.OnReleasePartial(PassId{7}, {Sha256("p"), 8'000'000, true}, c.now)),
              ElementsAre("release 7 one"));
  EXPECT_THAT(Describe(c.session.OnReleasePartial(PassId{8}, {Sha256("p"), 8'000'000, true}, c.now)), IsEmpty());
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{7}, c.now)), ElementsAre("release 7 all", "forget 1"));
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{7}, c.now)), IsEmpty());
}

TEST(Session, DrainingWorkerStaysUntilNothingThatItKeepsIsNeededButNotForEver) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 7, 0)), c.now);
  c.session.OnFinished(1, Kept());
  c.session.OnDrain(c.now);
  EXPECT_THAT(c.session.OnAck(Token(1, 7, 0), c.now), IsEmpty());
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{7}, c.now)),
              ElementsAre("release 7 all", "forget 1", "goodbye", "exit"));

  Connected given_up;
  given_up.session.OnLease(Grant(Token(1, 7, 0)), given_up.now);
  given_up.session.OnFinished(1, Kept());
  given_up.session.OnAck(Token(1, 7, 0), given_up.now);
  EXPECT_THAT(Describe(given_up.session.OnDrain(given_up.now)), ElementsAre("draining"));
  given_up.now += SessionOptions().drain_patience;
  given_up.session.OnHeartbeatAck(absl::ZeroDuration(), given_up.now);
  EXPECT_THAT(Describe(given_up.session.OnTick(given_up.now)), ElementsAre("goodbye", "exit"));
}

TEST(Session, PartialOfAFoldTaskIsKeptForTheTreeThatItFolds) {
  Connected c;
  Lease lease = Grant(Token(1, 9, 0));
  lease.tree = PassId{7};
  c.session.OnLease(lease, c.now);
  c.session.OnFinished(1, Kept());
  c.session.OnAck(Token(1, 9, 0), c.now);
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{9}, c.now)), ElementsAre("forget 1"));
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{7}, c.now)), ElementsAre("release 7 all"));
}

TEST(Session, FoldTaskEndsWithTheTreeThatItFolds) {
  Connected c;
  Lease lease = Grant(Token(1, 9, 0));
  lease.tree = PassId{7};
  c.session.OnLease(lease, c.now);
  EXPECT_THAT(Describe(c.session.OnDropPass(PassId{7}, c.now)), ElementsAre("cancel 1"));
}

TEST(Session, HelloNamesThePassesOfKeptPartialsAndWelcomeReleasesThem) {
  Connected c;
  c.session.OnLease(Grant(Token(1, 7, 0)), c.now);
  c.session.OnFinished(1, Kept());
  c.session.OnAck(Token(1, 7, 0), c.now);
  c.session.OnDisconnected(c.now);
  const Actions actions = c.session.OnTick(c.now + absl::Seconds(10));
  ASSERT_THAT(Describe(actions), ElementsAre("connect 0"));
  EXPECT_THAT(std::get<Connect>(actions[0]).holding, ElementsAre(PassId{7}));
  Welcome welcome = WelcomeTo(2);
  welcome.released = {PassId{7}, PassId{8}};
  EXPECT_THAT(Describe(c.session.OnWelcome(welcome, c.now + absl::Seconds(10))),
              ElementsAre("release 7 all", "forget 1"));
}

}  // namespace
}  // namespace mote::worker
