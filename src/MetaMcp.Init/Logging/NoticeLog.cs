using MetaMcp.Init.Core.Effects;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Logging;

/// <summary>Writes notices to a log, by their row in <see cref="Notices"/>.</summary>
internal static class NoticeLog
{
    /// <summary>Where the level is off, no text is made.</summary>
    public static void Tell(this ILogger log, Notice notice)
    {
        var kind = notice.Kind;
        var level = LogSettings.LevelOf(kind.Level);
        if (log.IsEnabled(level))
            log.Log(level, new EventId(kind.Id, kind.LogName), new NoticeState(notice), null, static (state, _) => state.ToString());
    }
}
