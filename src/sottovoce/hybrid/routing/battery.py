"""How full the battery is that this machine runs on. Linux tells it in /sys/class/power_supply."""

from __future__ import annotations


def charge() -> int | None:
    """Return percent; None where the machine is plugged in, has no battery, or does not say.

    macOS and Windows are asked through the same library; there this has not been run.
    """
    import psutil  # 10 ms, for those alone whose rules speak of a battery

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError):  # a system that psutil knows no batteries of, or files that vanish
        return None
    if battery is None or battery.power_plugged is not False:
        return None
    return round(battery.percent)
