with stayed as (select sum(closing) / sum(year_ago) as grown from ends where year_ago > 0 and closing > 0),
monthly as (select arpa, margin, (1 - churn) * pow(grown, 1 / 12.0) / (1 + i) as kept from worth, stayed)
select if(kept < 1, arpa * margin / (1 - kept), null) from monthly
