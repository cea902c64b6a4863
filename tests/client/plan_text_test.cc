#include "client/text/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::PlannedStage* Add(v1::ValidateJobResponse* plan, const std::string& name, int64_t tasks, double seconds) {
  v1::PlannedStage* stage = plan->add_stages();
  stage->set_name(name);
  stage->set_operation("spin");
  stage->set_task_shape("one index");
  if (tasks >= 0) stage->set_tasks(tasks);
  stage->set_basis(seconds < 0 ? "unknown until measured" : "as in job 3");
  if (seconds >= 0) stage->mutable_device_time()->set_nanos(static_cast<int32_t>(seconds * 1e9));
  return stage;
}

TEST(PlanText, SumsWhatIsPredicted) {
  v1::ValidateJobResponse plan;
  Add(&plan, "one", 10, 0.25);
  Add(&plan, "two", 20, 0.5)->set_input_bytes(2048);
  const std::string text = PlanText(plan, false);
  EXPECT_THAT(text, HasSubstr("10         ?  250 ms\n"));
  EXPECT_THAT(text, HasSubstr("20  2.00 KiB  500 ms\n"));
  EXPECT_THAT(text, HasSubstr("predicted: 750 ms of slots' time, from earlier jobs"));
  EXPECT_THAT(text, Not(HasSubstr("as in job 3")));
  EXPECT_THAT(PlanText(plan, true), HasSubstr("as in job 3  one index"));
}

TEST(PlanText, SumsTheBillOfAJobThatHasAPrice) {
  v1::ValidateJobResponse plan;
  Add(&plan, "one", 10, 0.25)->set_bill(1.5);
  Add(&plan, "two", 20, 0.5)->set_bill(0.25);
  EXPECT_THAT(PlanText(plan, false), HasSubstr("10      ?  250 ms     1.50\n"));
  EXPECT_THAT(PlanText(plan, false), HasSubstr("predicted: 750 ms of slots' time, a bill of 1.75, from earlier jobs"));
  Add(&plan, "three", 5, -1);
  EXPECT_THAT(PlanText(plan, false),
              HasSubstr("predicted: 750 ms of slots' time, a bill of 1.75, and unknown until measured: three\n"));
}

TEST(PlanText, SaysWhatIsUnknownInsteadOfGuessing) {
  v1::ValidateJobResponse plan;
  Add(&plan, "one", 10, -1);
  EXPECT_THAT(PlanText(plan, false), HasSubstr("unknown until measured: one\n"));
  EXPECT_THAT(PlanText(plan, false), Not(HasSubstr("predicted")));
  Add(&plan, "two", -1, 0.5);
  EXPECT_THAT(PlanText(plan, false), HasSubstr("predicted: 500 ms of slots' time, and unknown until measured: one\n"));
}

}  // namespace
}  // namespace mote::client
