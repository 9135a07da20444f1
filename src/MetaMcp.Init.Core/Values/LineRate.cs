namespace MetaMcp.Init.Core.Values;

/// <summary>A number of lines in a time, <c>"1000/s"</c> or <c>"600/m"</c>, and a number of lines at once after a silence.</summary>
public sealed record LineRate(int Lines, TimeSpan Per)
{
    /// <summary>The number of lines that pass at once: the capacity of a bucket that is refilled at the rate.</summary>
    public int Burst { get; init; } = Lines;

    /// <summary>
    /// With the burst of a file that names none: ten seconds' worth, for stack traces and the first words of a program that tells all
    /// its settings, and never less than the lines that the rate itself names.
    /// </summary>
    public static LineRate WithUsualBurst(int lines, TimeSpan per) =>
        new(lines, per) { Burst = (int)Math.Clamp(lines * 10.0 / per.TotalSeconds, lines, int.MaxValue) };
}
