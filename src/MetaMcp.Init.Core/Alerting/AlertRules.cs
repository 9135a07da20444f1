using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using static MetaMcp.Init.Core.Alerting.AlertType;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>
/// Which notices raise which alert, and which end it. Alerts follow from notices alone: so each alert has an event that says why, and a
/// new alert needs no word in the part of the supervisor that it is about.
/// </summary>
internal static class AlertRules
{
    /// <summary>The limit that the container's runtime has given it, beside the memory of all services and servers.</summary>
    private const string OwnLimit = "of the container's own limit";

    private const string Stalls = "by stalls";

    private static readonly AlertRule[] Rules =
    [
        Raise(Notices.LaunchRefused, ProcessLimit) with
        {
            Subject = "Server", EndsByQuiet = true, If = n => n["Code"] is string code && code == RefusalCodes.Word(RefusalCode.Limit),
        },
        // A place was free for the type.
        End(Notices.LaunchStarted, ProcessLimit) with { Subject = "Server", IsOfType = true, EndsByQuiet = true },

        // The use of a process goes with the process.
        Raise(Notices.TasksHigh, ProcessLimit) with { IsOfType = true, IsCritical = n => n["Level"] is "critical" },
        End(Notices.TasksNormal, ProcessLimit) with { IsOfType = true },
        End(Notices.ServiceExited, ProcessLimit),
        End(Notices.ServiceExitedOutOfMemory, ProcessLimit),
        End(Notices.LaunchEnded, ProcessLimit) with { Subject = "Server", IsOfType = true },
        End(Notices.LaunchFailed, ProcessLimit) with { Subject = "Server", IsOfType = true },
        End(Notices.UsageUnwatched, ProcessLimit),

        Raise(Notices.MemoryHigh, MemoryPressure) with { IsOfType = true, IsCritical = n => n["Level"] is "critical" },
        End(Notices.MemoryNormal, MemoryPressure) with { IsOfType = true },
        Raise(Notices.PressureHigh, MemoryPressure) with { FixedSubject = OwnLimit, IsCritical = n => n["Level"] is "critical" },
        End(Notices.PressureNormal, MemoryPressure) with { FixedSubject = OwnLimit },
        End(Notices.PressureUnwatched, MemoryPressure) with { FixedSubject = OwnLimit },
        Raise(Notices.MemoryStalled, MemoryPressure) with { FixedSubject = Stalls },
        End(Notices.MemoryEased, MemoryPressure) with { FixedSubject = Stalls },
        End(Notices.ServiceExited, MemoryPressure),
        End(Notices.ServiceExitedOutOfMemory, MemoryPressure),
        End(Notices.LaunchEnded, MemoryPressure) with { Subject = "Server", IsOfType = true },
        End(Notices.LaunchFailed, MemoryPressure) with { Subject = "Server", IsOfType = true },
        End(Notices.UsageUnwatched, MemoryPressure),

        Raise(Notices.ServiceRestarting, ProcessFailure),
        Raise(Notices.RestartingAfterDependency, ProcessFailure),
        Raise(Notices.Unhealthy, ProcessFailure),
        Raise(Notices.ServiceFailed, ProcessFailure) with { IsCritical = _ => true },
        End(Notices.ServiceReady, ProcessFailure),
        End(Notices.HealthyAgain, ProcessFailure),
        End(Notices.ServiceCompleted, ProcessFailure),
        End(Notices.ServiceFinished, ProcessFailure),
        End(Notices.ServiceStopped, ProcessFailure),
        Raise(Notices.LaunchFailed, ProcessFailure) with { Subject = "Server", IsOfType = true, EndsByQuiet = true },

        Raise(Notices.ServiceOverLimit, ResourceViolation) with { EndsByQuiet = true },
        Raise(Notices.LaunchOverLimit, ResourceViolation) with { Subject = "Server", IsOfType = true, EndsByQuiet = true },
        Raise(Notices.ServiceOutOfMemory, ResourceViolation) with { IsOfType = true, EndsByQuiet = true },

        // When nothing of a service is left, its next state is told.
        Raise(Notices.CleanupFailed, CleanupFailure) with { IsOfType = true, IsCritical = _ => true },
        End(Notices.ServiceStarted, CleanupFailure),
        End(Notices.ServiceStopped, CleanupFailure),
        End(Notices.ServiceFailed, CleanupFailure),
        End(Notices.ServiceFinished, CleanupFailure),
        End(Notices.ServiceCompleted, CleanupFailure),
        End(Notices.ServiceRestarting, CleanupFailure),
        End(Notices.RestartingAfterDependency, CleanupFailure),
        End(Notices.RestartingAfterSuccess, CleanupFailure),
        End(Notices.CircuitOpen, CleanupFailure),
        End(Notices.CircuitOpenAgain, CleanupFailure),
        End(Notices.LaunchEnded, CleanupFailure) with { Subject = "Server", IsOfType = true },
        End(Notices.LaunchFailed, CleanupFailure) with { Subject = "Server", IsOfType = true },
        Raise(Notices.OrphanCleanupFailed, CleanupFailure) with { Subject = "Command", EndsByQuiet = true, IsCritical = _ => true },

        Raise(Notices.CircuitOpen, CircuitOpen) with { IsCritical = _ => true },
        Raise(Notices.CircuitOpenAgain, CircuitOpen) with { IsCritical = _ => true },
        End(Notices.CircuitClosed, CircuitOpen),
        End(Notices.ServiceStopped, CircuitOpen),
        End(Notices.ServiceCompleted, CircuitOpen),
        End(Notices.ServiceFinished, CircuitOpen),
        End(Notices.ServiceFailed, CircuitOpen),
        // An operator or another file has started it anew, with a circuit that is closed.
        End(Notices.ServiceReady, CircuitOpen) with { IfState = s => !StatePredicates.IsMissing(s) },

        Raise(Notices.OrphanEnded, Orphans) with { Subject = "Command", EndsByQuiet = true },
        Raise(Notices.MoreOrphans, Orphans) with { EndsByQuiet = true },

        Raise(Notices.DiskHigh, DiskPressure) with { Subject = "Path" },
        End(Notices.DiskNormal, DiskPressure) with { Subject = "Path" },

        Raise(Notices.LimitsNotByKernel, LimitsNotEnforced),
        Raise(Notices.LimitsWithoutSwap, LimitsNotEnforced),
        End(Notices.LimitsNotLacking, LimitsNotEnforced),
    ];

    public static ReadOnlySpan<AlertRule> All => Rules;

    /// <summary>Whether the kind raises or ends any alert.</summary>
    public static bool Concern(NoticeKind kind)
    {
        foreach (var rule in Rules)
            if (rule.Notice == kind)
                return true;
        return kind == Notices.Reloaded;
    }

    private static AlertRule Raise(NoticeKind notice, AlertType type) => new(notice, type, Raises: true);

    private static AlertRule End(NoticeKind notice, AlertType type) => new(notice, type, Raises: false);
}
