#include "client/text/cost_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/client/running_job.h"

namespace mote::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Cost, TheTableShowsPredictionAndMeasurement) {
  v1::Job job = RunningJob(1000, 1000);
  v1::CostSummary* cost = job.mutable_stages(0)->mutable_cost();
  cost->set_tasks(1000);
  cost->set_compute_seconds(2);
  cost->set_fetch_seconds(0.25);
  cost->set_send_seconds(0.25);
  cost->set_network_bytes(1 << 20);
  cost->set_alpha_seconds_per_byte(5e-7);
  cost->set_alpha_error(2e-8);
  cost->set_alpha_r_squared(0.98);
  cost->set_alpha_samples(40);
  cost->set_task_seconds_p50(0.002);
  cost->set_task_seconds_p99(0.01);
  cost->set_predicted_seconds(2.25);
  cost->set_measured_seconds(2.5);
  cost->set_device_seconds(3);
  cost->set_memory_bytes(96 << 20);
  cost->set_attempts_lost(1);
  const std::string text = CostText(job);
  const std::string line = text.substr(text.find("\nfit") + 1, text.find("\nscore") - text.find("\nfit") - 1);
  std::istringstream words(line);
  std::vector<std::string> cells{std::istream_iterator<std::string>(words), {}};
  EXPECT_THAT(cells, ElementsAre("fit", "1000", "2.00", "s", "500", "ms", "0", "B", "1.00", "MiB", "5e-07±4%", "0.98",
                                 "40", "2.25", "s", "2.50", "s", "-10.0%", "2.00", "ms", "10.0", "ms", "3.00", "s",
                                 "96.0", "MiB", "1"));
  EXPECT_THAT(text, HasSubstr("\ntotal"));
  const OrderedJson json = CostJson(job);
  EXPECT_DOUBLE_EQ(json["stages"][0]["error"].get<double>(), -0.1);
  EXPECT_TRUE(json["stages"][1]["error"].is_null());
  EXPECT_EQ(json["total"]["tasks"], 1000);
}

TEST(CostText, EachLinkHasItsAlphaWhereThereAreSeveral) {
  v1::Job job = RunningJob(1000, 1000);
  v1::CostSummary& cost = *job.mutable_stages(0)->mutable_cost();
  const auto add = [&](const char* transport, double alpha, int64_t samples) {
    v1::LinkCost& link = *cost.add_links();
    link.set_transport(transport);
    link.set_worker_class("cpu:avx512");
    link.set_alpha_seconds_per_byte(alpha);
    link.set_alpha_error(alpha / 50);
    link.set_alpha_r_squared(0.98);
    link.set_alpha_samples(samples);
    link.set_bytes(1 << 20);
  };
  add("loopback", 5e-10, 40);
  EXPECT_THAT(CostText(job), Not(HasSubstr("α of fit")));
  add("network", 1e-8, 20);
  EXPECT_THAT(CostText(job), HasSubstr("α of fit: 5e-10±2% over loopback to cpu:avx512 (R² 0.98, n 40, 1.00 MiB); "
                                       "1e-08±2% over network to cpu:avx512 (R² 0.98, n 20, 1.00 MiB)\n"));
  EXPECT_EQ(CostJson(job)["stages"][0]["links"].size(), 2u);
  EXPECT_THAT(CostCsv(job), HasSubstr("\"[{\"\"transport\"\":\"\"loopback\"\""));
}

TEST(CostText, LatencyIsNamedWhereItIsWhyThePredictionIsOff) {
  v1::Job job = RunningJob(1000, 1000);
  v1::CostSummary& cost = *job.mutable_stages(0)->mutable_cost();
  cost.set_measured_seconds(1);
  cost.set_predicted_seconds(0.56);
  v1::LinkCost& link = *cost.add_links();
  link.set_transport("loopback");
  link.set_alpha_r_squared(0.3);
  link.set_model_r_squared(0.97);
  EXPECT_THAT(CostText(job), Not(HasSubstr("latency of"))) << "the blocks do not tell it";
  link.mutable_latency_seconds()->set_value(0.0012);
  link.mutable_latency_seconds()->set_error(0.0001);
  EXPECT_THAT(CostText(job), HasSubstr("latency of fit: a block's transfers take 1.20 ms over loopback (with it R² "
                                       "0.97, by bytes alone 0.30) whatever their bytes, which α·(C+S) does not "
                                       "know\n"));
  link.mutable_latency_seconds()->set_error(0.0013);
  EXPECT_THAT(CostText(job), Not(HasSubstr("latency of"))) << "it may be none";
  link.mutable_latency_seconds()->set_error(0.0001);
  cost.set_predicted_seconds(0.95);
  EXPECT_THAT(CostText(job), Not(HasSubstr("latency of"))) << "the prediction is not off";
}

TEST(CostText, SaysHowManyReportsClaimedTooMuch) {
  v1::Job job;
  job.add_stages()->set_name("fit");
  EXPECT_THAT(CostText(job), Not(HasSubstr("cut:")));
  job.mutable_stages(0)->mutable_cost()->set_reports_cut(2);
  EXPECT_THAT(CostText(job), HasSubstr("cut: 2 reports of workers claimed more time or bytes than their leases"));
}

}  // namespace
}  // namespace mote::client
