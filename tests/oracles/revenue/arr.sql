select sum(minor) * 12 from daily where day = (select end_on - 1 from ask)
