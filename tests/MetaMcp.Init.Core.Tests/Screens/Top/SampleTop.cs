using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Screens.Top;

/// <summary>
/// Five minutes of <c>top</c> over the installation of the samples: memory of search rises, and its processor is half busy.
/// </summary>
internal static class SampleTop
{
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    public const string Clock = "13:41:04 UTC";

    public static TopView View(bool mayAct = true, int looks = 150)
    {
        var view = new TopView(mayAct, Delay);
        for (var look = 0; look < looks; look++)
            view.Take(At(look), [.. SamplePages.Backend.Events], Delay * look);
        return view;
    }

    public static StatusDocument At(int look)
    {
        var ps = SamplePages.Ps;
        var search = ps.UsageOf("search")!;
        return ps with
        {
            System = ps.System with { CpuMax = 2 },
            Usages = ps.Usages.SetItem("search", search with
            {
                Memory = search.Memory * (50 + (look / 3)) / 100, CpuTime = TimeSpan.FromMinutes(7) + (Delay * look / 2),
            }),
            Workload = ps.Workload! with
            {
                Memory = ps.Workload.Memory * (30 + (look / 3)) / 100, CpuTime = TimeSpan.FromHours(4) + (Delay * look * 1.4),
                Throttled = TimeSpan.FromSeconds(0.3),
                MemoryPressure = new Pressure(new PressureShares(0.2, default), new PressureShares(0, default)),
            },
        };
    }

    public static string Draw(TopView view, int height, Core.Screens.ScreenStyle style) =>
        string.Join('\n', TopScreen.Draw(view, height, style, Clock));
}
