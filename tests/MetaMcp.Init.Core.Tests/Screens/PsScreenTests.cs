using MetaMcp.Init.Core.Screens;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The rows of <c>ps</c>.</summary>
public sealed class PsScreenTests
{
    [Fact]
    public void At_60_columns_names_and_states_stay_readable()
    {
        Assert.Equal(
            """
            ID  INSTANCE         PID  OF         AGE  MEMORY  STATE
            12  backend           57  –        2h40m    412M  ready
            –   search           412  –          22m    489M  ready
            –   indexer          905  –           3s    ~64M  starting
            31  desktop-comman…  211  backend    14m    128M  busy
            32  desktop-comman…    –  –          12m    131M  idle
            40  everything@40      –  –           4m       –  ending
            –   (probe) search   911  –         0.1s   ~2.0M  –
            –   (stop) report    915  –           2s       –  –
            –   (orphan) node    733  –           6s    ~58M  ends in 4s
            –   (orphan) node    734  –          16s       –  ending
            –   (exec) sh        880  –          31s       –  not ours
            6 instances, 13 processes, 77 tasks of 512, memory 1.6G / 4…

            """, PsScreen.Draw(SamplePages.Ps, new ScreenStyle(60)));
    }

    [Fact]
    public void At_80_columns() =>
        Assert.Equal(
            """
            ID  INSTANCE          PID  OF         AGE   IDLE  PROC  TASK  MEMORY  STATE
            12  backend            57  –        2h40m      –     4    23    412M  ready
            –   search            412  –          22m      –     –    31    489M  ready
            –   indexer           905  –           3s      –     –    12    ~64M  starting
            31  desktop-command…  211  backend    14m      –     –     –    128M  busy
            32  desktop-command…    –  –          12m  9m41s     –     –    131M  idle
            40  everything@40       –  –           4m      –     –     –       –  ending
            –   (probe) search    911  –         0.1s      –     1     1   ~2.0M  –
            –   (stop) report     915  –           2s      –     –     –       –  –
            –   (orphan) node     733  –           6s      –     1     7    ~58M  ends in 4s
            –   (orphan) node     734  –          16s      –     –     –       –  ending
            –   (exec) sh         880  –          31s      –     –     –       –  not ours
            6 instances, 13 processes, 77 tasks of 512, memory 1.6G / 4.0G

            """, PsScreen.Draw(SamplePages.Ps, new ScreenStyle(80)));

    [Fact]
    public void At_120_columns() =>
        Assert.Equal(
            """
            ID  INSTANCE              PID  OF         AGE   IDLE  PROC  TASK  MEMORY / CAP  PEAK   CPU  STATE
            12  backend                57  –        2h40m      –     4    23   412M / 1.0G  688M  0.12  ready
            –   search                412  –          22m      –     –    31   489M / 512M     –  0.31  ready
            –   indexer               905  –           3s      –     –    12   ~64M / 256M     –     –  starting
            31  desktop-commander@31  211  backend    14m      –     –     –   128M / 500M     –     –  busy
            32  desktop-commander@32    –  –          12m  9m41s     –     –          131M     –     –  idle
            40  everything@40           –  –           4m      –     –     –             –     –     –  ending
            –   (probe) search        911  –         0.1s      –     1     1         ~2.0M     –     –  –
            –   (stop) report         915  –           2s      –     –     –             –     –     –  –
            –   (orphan) node         733  –           6s      –     1     7          ~58M     –     –  ends in 4s
            –   (orphan) node         734  –          16s      –     –     –             –     –     –  ending
            –   (exec) sh             880  –          31s      –     –     –             –     –     –  not ours
            6 instances, 13 processes, 77 tasks of 512, memory 1.6G / 4.0G

            """, PsScreen.Draw(SamplePages.Ps, new ScreenStyle(120)));
}
