// A chart as SVG text: axes with ticks, and lines or marks in them.
//
// The text depends on what is drawn alone, so equal results give equal files. Names
// that come from data are escaped. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote::client {

struct Range {
  double low = 0;
  double high = 1;
};

struct Point {
  double x = 0;
  double y = 0;
};

// What a line or a bar looks like: the first series is the one that matters.
enum class Ink { kFirst, kSecond, kFaint };

// Text fit for XML: <, >, &, quotes escaped, control characters left out.
std::string XmlText(std::string_view text);

class Chart {
 public:
  struct Axis {
    std::string title;
    Range range;  // widened where it is empty
  };

  Chart(std::string title, Axis x, Axis y);

  // Points outside the ranges are drawn at their edge; infinities and NaN are left out.
  void Line(const std::vector<Point>& points, Ink ink, bool marks = false);
  // An entry of the legend, in the order of the calls.
  void Legend(std::string_view text, Ink ink);

  // The whole document, <svg …>…</svg>.
  std::string Svg() const;

 private:
  double X(double value) const;
  double Y(double value) const;
  std::string Axes() const;

  std::string title_;
  Axis x_, y_;
  std::string body_;
  int legends_ = 0;
};

// One horizontal bar for each value (0 or more, in the order given).
struct Bar {
  std::string name;
  double value = 0;
};
std::string BarsSvg(std::string_view title, const std::vector<Bar>& bars);

// A square of counts, darker where they are more of their row.
std::string MatrixSvg(std::string_view title, const std::vector<std::string>& names,
                      const std::vector<std::vector<double>>& counts);

}  // namespace mote::client
