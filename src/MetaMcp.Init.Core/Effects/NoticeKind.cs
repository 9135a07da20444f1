using System.Runtime.CompilerServices;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Effects;

/// <summary>One row of <see cref="Notices"/>.</summary>
/// <param name="id">The number in the JSON log.</param>
/// <param name="name">The event, <c>subject.what-happened</c>.</param>
/// <param name="level">The least <c>log_level</c> that shows it.</param>
/// <param name="words">The text, with places for the values in the order in which a notice has them; see <see cref="NoticeWords"/>.</param>
/// <param name="logName">The event in the JSON log: the name of the row.</param>
public sealed class NoticeKind(int id, string name, LogLevelSetting level, string words, [CallerMemberName] string logName = "")
{
    public int Id { get; } = id;

    public string Name { get; } = name;

    public LogLevelSetting Level { get; } = level;

    public string Words { get; } = words;

    public string LogName { get; } = logName;

    /// <summary>A notice of this kind, with a value for each name in the words, in their order.</summary>
    public Notice Of(params object?[] values) => new(this, values);
}
