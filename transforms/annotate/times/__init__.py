"""When: dates, times and durations of a text, with calendar values."""

from transforms.annotate.times.find import find_times

__all__ = ["find_times"]
