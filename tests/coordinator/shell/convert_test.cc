#include <gtest/gtest.h>

#include <cmath>

#include "common/utf8.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/convert/json_convert.h"
#include "coordinator/convert/view_convert.h"
#include "coordinator/convert/wire.h"
#include "tests/coordinator/shell/events.h"
#include "tests/coordinator/shell/status_matchers.h"

namespace mote::coordinator {
namespace {

using testing::HasSubstr;

TEST(Utf8, OnlyWhatIsNotACharacterIsReplaced) {
  EXPECT_EQ(Utf8("plain é 字 😀"), "plain é 字 😀");
  EXPECT_EQ(Utf8("\xc0\xaf"), "??");            // overlong
  EXPECT_EQ(Utf8("\xed\xa0\x80"), "???");       // surrogate
  EXPECT_EQ(Utf8("\xf4\x90\x80\x80"), "????");  // beyond the last character
  EXPECT_EQ(Utf8("ab\xe5\xad"), "ab??");        // cut within a character
}

TEST(JsonConvert, WholeNumbersStayWholeAndKeysAreSorted) {
  const std::string text = R"({"a":[1,2.5,"x",true,null],"b":{"c":-3,"d":9007199254740992}})";
  EXPECT_EQ(*JsonText(*StructOf(text)), text);
  EXPECT_EQ(*JsonText(google::protobuf::Struct()), "{}");
}

TEST(JsonConvert, ANumberThatJsonHasNotIsNamedByItsPath) {
  google::protobuf::Struct object = *StructOf(R"({"optimizer":{"lr":[0]}})");
  (*object.mutable_fields())["optimizer"]
      .mutable_struct_value()
      ->mutable_fields()
      ->at("lr")
      .mutable_list_value()
      ->mutable_values(0)
      ->set_number_value(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(JsonText(object), Fails(absl::StatusCode::kInvalidArgument, "optimizer.lr[0]"));
  EXPECT_THAT(StructOf("[1]"), Fails(absl::StatusCode::kInvalidArgument, "not a JSON object"));
}

TEST(JsonConvert, NestingIsLimited) {
  std::string text = "{}";
  for (int i = 0; i < 40; ++i) text = R"({"a":)" + text + "}";
  EXPECT_THAT(JsonText(*StructOf(text)), Fails(absl::StatusCode::kInvalidArgument, "nested"));
}

TEST(JobConvert, AJobComesBackEqualButForItsParameters) {
  JobSpec expected = SomeJob();
  expected.stages[0].parameters = "{}";
  expected.stages[0].reduce.parameters = "{}";
  EXPECT_EQ(*FromProto(ToProtoWithoutParameters(SomeJob())), expected);
}

TEST(JobConvert, DefaultsAreFilledIn) {
  v1::JobSpec proto;
  *proto.add_stages()->mutable_operation()->mutable_parameters() = *StructOf(R"({"rows":8})");
  const absl::StatusOr<JobSpec> spec = FromProto(proto);
  ASSERT_THAT(spec, IsOk());
  EXPECT_EQ(spec->tenant, "default");
  EXPECT_EQ(spec->stages[0].attempts_max, 3);
  EXPECT_EQ(spec->stages[0].on_bad_task, TaskPolicy::kFail);
  EXPECT_EQ(spec->stages[0].parameters, R"({"rows":8})");
}

TEST(JobConvert, EveryMistakeIsOnALineOfItsOwn) {
  v1::JobSpec proto;
  proto.add_inputs();
  v1::Stage& stage = *proto.add_stages();
  stage.mutable_tasks()->set_rows(1);
  stage.mutable_tasks()->set_count(-1);
  stage.set_attempts_max(-2);
  stage.mutable_timeout()->set_seconds(-1);
  const std::string message(FromProto(proto).status().message());
  EXPECT_THAT(message, HasSubstr("inputs[0]: no format"));
  EXPECT_THAT(message, HasSubstr("\nstages[0].tasks: more than one"));
  EXPECT_THAT(message, HasSubstr("\nstages[0].tasks: -1 is negative"));
  EXPECT_THAT(message, HasSubstr("\nstages[0].retry.attempts: negative"));
  EXPECT_THAT(message, HasSubstr("\nstages[0].timeout: negative"));
}

TEST(JobConvert, InputsOfEveryFormatComeBackEqual) {
  v1::JobSpec proto;
  const auto input = [&](const std::string& name) {
    v1::Input* added = proto.add_inputs();
    added->set_name(name);
    added->set_path("file");
    return added;
  };
  input("csv")->mutable_csv()->set_delimiter(";");
  input("arff")->mutable_arff();
  input("jsonl")->mutable_jsonl();
  input("text")->mutable_text();
  input("npy")->mutable_npy();
  input("idx")->mutable_idx();
  input("safetensors")->mutable_safetensors()->add_tensors("x");
  const absl::StatusOr<JobSpec> spec = FromProto(proto);
  ASSERT_THAT(spec, IsOk());
  for (const InputSpec& read : spec->inputs) EXPECT_EQ(read.format, read.name);
  EXPECT_EQ(spec->inputs.back().columns, std::vector<std::string>{"x"});
  const v1::JobSpec back = ToProtoWithoutParameters(*spec);
  ASSERT_EQ(back.inputs_size(), proto.inputs_size());
  for (int i = 0; i < proto.inputs_size(); ++i) {
    EXPECT_EQ(back.inputs(i).SerializeAsString(), proto.inputs(i).SerializeAsString()) << proto.inputs(i).name();
  }
}

TEST(JobConvert, APriceWithoutAUnitIsRefusedAndABudgetOfZeroIsNotTakenForNone) {
  v1::JobSpec proto;
  proto.mutable_price();
  EXPECT_THAT(FromProto(proto), Fails(absl::StatusCode::kInvalidArgument, "price: names no unit; set device_second"));
  proto.mutable_price()->set_gib_moved(0);
  proto.set_budget(0);
  const absl::StatusOr<JobSpec> spec = FromProto(proto);
  ASSERT_THAT(spec, IsOk());
  EXPECT_EQ(spec->price, Price());
  EXPECT_EQ(spec->budget, 0) << "which Admit refuses";
  EXPECT_EQ(FromProto(v1::JobSpec())->price, std::nullopt);
  EXPECT_EQ(FromProto(v1::JobSpec())->budget, std::nullopt);
}

TEST(ViewConvert, TheCostFollowsTheFormula) {
  CostView view;
  view.cost = SomeCost();
  view.alphas.Add({"network", "cpu:avx2"}, 0, 17, 2.0);
  view.device_time = absl::Milliseconds(1500);
  view.wasted_time = absl::Milliseconds(1000);
  view.beaten_time = absl::Milliseconds(250);
  const v1::CostSummary proto = ToProto(view);
  EXPECT_DOUBLE_EQ(proto.wasted_seconds(), 1.0);
  EXPECT_DOUBLE_EQ(proto.beaten_seconds(), 0.25);
  EXPECT_EQ(proto.memory_bytes(), 10);
  EXPECT_DOUBLE_EQ(proto.alpha_seconds_per_byte(), 2.0 / 17);
  EXPECT_DOUBLE_EQ(proto.predicted_seconds(), 4e-9 + 2.0 / 17 * (8 + 9));  // T + α·(C + S)
  EXPECT_FALSE(std::isinf(proto.alpha_error())) << "of one sample nothing is known";
  ASSERT_EQ(proto.links_size(), 1);
  EXPECT_EQ(proto.links(0).transport(), "network");
  EXPECT_EQ(proto.links(0).worker_class(), "cpu:avx2");
  EXPECT_DOUBLE_EQ(proto.links(0).alpha_seconds_per_byte(), 2.0 / 17);
  EXPECT_EQ(proto.links(0).bytes(), 17);
  EXPECT_DOUBLE_EQ(proto.links(0).network_seconds_per_byte().value(), 2.0 / 17);
  EXPECT_FALSE(proto.links(0).network_seconds_per_byte().has_error()) << "one sample leaves any doubt";
  EXPECT_FALSE(proto.links(0).has_staged_seconds_per_byte()) << "nothing was staged";
  EXPECT_DOUBLE_EQ(proto.compute_seconds(), 4e-9);
  EXPECT_DOUBLE_EQ(proto.device_seconds(), 1.5);
  EXPECT_DOUBLE_EQ(proto.task_seconds_max(), 0.123456789);
}

TEST(ViewConvert, ABillTellsItsPriceAndWhatTheBudgetIsHeldAgainst) {
  JobView view;
  view.stages.emplace_back().bill = 1.5;
  view.bill = BillView{{0.5, 0.25}, 1.5, 0.75, 5};
  const v1::Job proto = ToProto(view);
  EXPECT_EQ(proto.stages(0).cost().bill(), 1.5);
  EXPECT_EQ(proto.bill().price().device_second(), 0.5);
  EXPECT_EQ(proto.bill().price().gib_moved(), 0.25);
  EXPECT_EQ(proto.bill().total(), 1.5);
  EXPECT_EQ(proto.bill().since_retry(), 0.75);
  EXPECT_EQ(proto.bill().budget(), 5);
  view.bill->budget.reset();
  EXPECT_FALSE(ToProto(view).bill().has_budget());
}

TEST(ViewConvert, AnEtaComesWithItsInterval) {
  JobView view;
  view.stages.push_back({});
  view.eta = view.stages[0].eta = Eta{absl::Seconds(10), absl::Seconds(9), absl::Seconds(12)};
  const v1::Job proto = ToProto(view);
  EXPECT_EQ(proto.eta().seconds(), 10);
  EXPECT_EQ(proto.eta_low().seconds(), 9);
  EXPECT_EQ(proto.stages(0).eta_high().seconds(), 12);
}

TEST(ViewConvert, TimesThatHaveNotComeAreAbsent) {
  JobView view;
  view.id = {7};
  view.state = JobState::kPending;
  view.stages.push_back({});
  view.outputs.push_back({{"report", "score", "", ""}, {OutputKind::kDocument, {"{}", std::nullopt}, 0, 2}});
  const v1::Job proto = ToProto(view);
  EXPECT_EQ(proto.state(), v1::JOB_STATE_PENDING);
  EXPECT_FALSE(proto.has_start_time());
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_FALSE(proto.stages(0).has_start_time());
  EXPECT_FALSE(proto.stages(0).has_eta());
  EXPECT_FALSE(proto.has_failure());
  EXPECT_FALSE(proto.has_bill());
  EXPECT_FALSE(proto.stages(0).cost().has_bill());
  EXPECT_EQ(proto.outputs(0).inline_(), "{}");
}

}  // namespace
}  // namespace mote::coordinator
